#pragma once

#include <mpyx/detail/wiring.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "channel/local_attachment.hpp"

namespace mpyx::channel {

/// The handles inside encoded stages: each is a ticket in shared memory that the stage's rank turns into a handle of its own.
/// Holds for the stages until then; takes back what never arrived. Not thread-safe.
class HandleTransit {
 public:
  HandleTransit() = default;
  HandleTransit(const HandleTransit&) = delete;
  HandleTransit& operator=(const HandleTransit&) = delete;
  ~HandleTransit() { end(); }

  /// Calls `save`, which encodes the stage of node `with`; handles among its members get their tickets.
  void send(const std::function<void()>& save, int with = -1);
  /// Nobody will decode what was sent: all those stages have finished, or will never start.
  void end() noexcept;

  /// A handle that was sent. `with`: what send() was told.
  struct Sent {
    int with = -1;
    memory::Offset wiring = memory::null_offset;
    PipeSide side = PipeSide::neither;
    std::string label;  ///< "Queue 1 (int)"
  };
  const std::vector<Sent>& sent() const { return sent_; }

  /// While a stage is encoded on this thread. Returns the ticket of one more handle.
  memory::Offset add(detail::LocalAttachment& handle);

 private:
  std::shared_ptr<Domain> domain_;
  std::vector<memory::Offset> tickets_;
  std::vector<Sent> sent_;
  int sending_ = -1;
};

/// A handle has arrived: its ticket's use and hold go to `known`, if there is one, else to a new attachment of `owner`, which
/// is returned. Null when it had arrived before.
std::shared_ptr<detail::LocalAttachment> redeem(const std::shared_ptr<Domain>& domain, memory::Offset ticket,
                                                const Waiter* owner, std::shared_ptr<detail::LocalAttachment> known);

}  // namespace mpyx::channel
