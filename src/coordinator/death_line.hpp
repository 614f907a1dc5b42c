#pragma once

#include <optional>
#include <string>

#include "process/exit_status.hpp"
#include "process/signals.hpp"
#include "runtime/host_messages.hpp"
#include "topology/host.hpp"

namespace mpyx::coordinator {

/// The one line about a rank that ended unasked. `stages`: whose code it was in; empty when unknown or idle.
std::string death_line(const topology::RankRecord& record, const process::FatalRecord& fatal,
                       std::optional<process::ExitStatus> status, const std::string& stages);

/// What is reported when an item from another host finds no memory.
wire::StageFailed failed_item(const runtime::HostPlan& plan, std::uint32_t channel, const std::string& why);

}  // namespace mpyx::coordinator
