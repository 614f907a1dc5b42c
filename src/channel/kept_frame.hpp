#pragma once

#include <cstdint>
#include <vector>

#include "channel/in_port.hpp"

namespace mpyx::channel {

/// An item kept beyond its place in the inbox: owns its bytes and references.
class KeptFrame {
 public:
  /// Copies what lies in the slot and takes references to the rest; the frame is then released as usual.
  KeptFrame(Domain& domain, const Frame& frame);
  KeptFrame(KeptFrame&& other) noexcept;
  KeptFrame& operator=(KeptFrame&&) = delete;
  ~KeptFrame();

  const wire::FrameView& view() const { return view_; }

 private:
  Domain* domain_;
  std::vector<std::uint64_t> slot_;  // its bytes when they lay in the slot; words, so that they are aligned
  memory::Offset block_;
  wire::FrameView view_;
};

}  // namespace mpyx::channel
