#pragma once

#include <functional>

#include "channel/inbox.hpp"
#include "channel/wiring_call.hpp"
#include "wire/control.hpp"

/// What the first rank of a host does for the host's stages that hold something of another host.
namespace mpyx::channel {

/// What home is to be told. Takes the item out of a put's request.
WiringCall call_of(Domain& domain, const wire::WiringCalled& called);

/// Writes the answer into its request and wakes who waits for it; on the one thread of this host that also frees runs, so
/// that the cell of a stage that waits is still there. What nobody waits for, or has room for, goes back by `tell_home`.
void deliver(Domain& domain, const WiringAnswer& answer, const std::function<void(WiringCall)>& tell_home);

}  // namespace mpyx::channel
