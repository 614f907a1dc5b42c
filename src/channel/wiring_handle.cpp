#include <mpyx/detail/wiring.hpp>
#include <mpyx/error.hpp>

#include "channel/attachment.hpp"

/// What a handle does, wherever its Wiring is.
namespace mpyx::detail {

namespace {

Attachment& of(const WiringHandle& handle) {
  if (handle) return *handle;
  throw Error{
      "mpyx: this Queue, Event or end of a Pipe is empty: make it in main() and let the stage's serialize name it"};
}

}  // namespace

bool put_item(const WiringHandle& handle, const void* item, const WiredItem& type, TimeLimit limit) {
  Attachment& end = of(handle);
  channel::QueuedItem frame{end.domain()};
  frame.encode(item, type, end.payload());
  return end.put(frame, limit);
}

bool get_item(const WiringHandle& handle, void* optional, const WiredItem& type, TimeLimit limit) {
  Attachment& end = of(handle);
  channel::QueuedItem frame{end.domain()};
  if (!end.get(frame, limit)) return false;
  frame.decode(optional, type);
  return true;
}

std::size_t waiting_items(const WiringHandle& handle) { return of(handle).size(); }
void task_done(const WiringHandle& handle) { of(handle).task_done(); }
bool join_items(const WiringHandle& handle, TimeLimit limit) { return of(handle).join(limit); }
void set_event(const WiringHandle& handle) { of(handle).set(); }
void clear_event(const WiringHandle& handle) { of(handle).clear(); }
bool event_is_set(const WiringHandle& handle) { return of(handle).is_set(); }
bool wait_event(const WiringHandle& handle, TimeLimit limit) { return of(handle).wait(limit); }
void name_wiring(const WiringHandle& handle, const std::string& name) { of(handle).rename(name); }

void close_holder(const WiringHandle& handle) {
  if (handle) handle->close();
}

}  // namespace mpyx::detail
