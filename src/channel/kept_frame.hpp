#pragma once

#include <cstdint>
#include <vector>

#include "channel/in_port.hpp"

namespace mpyx::channel {

/// An item kept beyond its place in the inbox: owns its bytes and references.
class KeptFrame {
 public:
  /// Copies what lies in the slot, takes over the frame's references to the blocks that it lists, and one more to the block
  /// that it lies in; the frame is then released as usual.
  KeptFrame(Domain& domain, const Frame& frame);
  KeptFrame(KeptFrame&& other) noexcept;
  KeptFrame& operator=(KeptFrame&&) = delete;
  ~KeptFrame();

  const wire::FrameView& view() const { return view_; }
  /// As Frame::claimed: references that its user takes.
  std::uint64_t& claimed() { return claimed_; }
  /// What it keeps from being used for something else.
  std::uint64_t bytes() const;

 private:
  void copy_slot(const Frame& frame);

  Domain* domain_;
  std::vector<std::uint64_t> slot_;  // its bytes when they lay in the slot; words, so that they are aligned
  memory::Offset block_;
  wire::FrameView view_;
  std::uint64_t claimed_ = 0;
};

}  // namespace mpyx::channel
