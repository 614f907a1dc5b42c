#pragma once

#include <functional>
#include <memory>

#include "wire/control.hpp"

namespace mpyx::channel {

/// How this process reaches the host where Queues, Events and Pipes are made, through the first rank of its own. From any
/// thread.
using WayHome = std::function<void(const wire::WiringCalled&)>;

/// In processes of other hosts, while they serve; null: the way is closed.
void set_way_home(WayHome way);
/// Whether there is one.
bool away_from_home();
/// False when the way is closed.
bool call_home(const wire::WiringCalled& call);

}  // namespace mpyx::channel
