#pragma once

#include "runtime/host_messages.hpp"
#include "runtime/host_run.hpp"
#include "transport/courier.hpp"

namespace mpyx::coordinator {

/// Gives the courier of this host the ends that a run's channels have on other hosts.
void attach_ends(transport::Courier& courier, const runtime::HostPlan& plan, const runtime::HostRun& run);

/// To be sent by Courier::control().
template <class T>
std::vector<std::byte> encoded(const T& message) {
  detail::Writer count{{}};
  detail::encode(message, count);
  std::vector<std::byte> bytes(count.size());
  detail::Writer writer{bytes};
  detail::encode(message, writer);
  return bytes;
}

}  // namespace mpyx::coordinator
