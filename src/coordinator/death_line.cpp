#include "coordinator/death_line.hpp"

#include <cstring>

namespace mpyx::coordinator {

std::string death_line(const topology::RankRecord& record, const process::FatalRecord& fatal,
                       std::optional<process::ExitStatus> status, const std::string& stages) {
  int signal = fatal.signal.load(std::memory_order_acquire);
  if (signal == 0 && status) signal = status->signal;
  std::string line = "mpyx: rank " + std::to_string(record.rank) + " on host " + record.host.name + " ";
  if (signal != 0) {
    line += "was killed by signal " + std::to_string(signal) + " (" + strsignal(signal) + ")";
  } else {
    line += "ended without being asked to (killed by SIGKILL, or it called _exit)";
  }
  if (!stages.empty()) line += " in stage " + stages;
  return line + "; the job ends";
}

wire::StageFailed failed_item(const runtime::HostPlan& plan, std::uint32_t channel, const std::string& why) {
  for (const auto& [rank, deploy] : plan.ranks) {
    for (const auto& node : deploy.nodes) {
      if (node.input == static_cast<std::int32_t>(channel)) return {plan.run, node.id, "receive", -1, why, rank, false};
    }
  }
  return {plan.run, 0, "receive", -1, why, 0, false};
}

}  // namespace mpyx::coordinator
