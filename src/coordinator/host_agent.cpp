#include "coordinator/host_agent.hpp"

#include <cstdio>
#include <utility>
#include <variant>

#include "base/clock.hpp"
#include "channel/remote_requests.hpp"
#include "channel/way_home.hpp"
#include "coordinator/channel_ends.hpp"
#include "coordinator/death_line.hpp"
#include "coordinator/deployment.hpp"
#include "coordinator/exit_status.hpp"

namespace mpyx::coordinator {

using runtime::HostCommand;
using runtime::HostEvent;
using runtime::HostPlan;

HostAgent::HostAgent(std::shared_ptr<channel::Domain> domain, const std::vector<topology::RankRecord>& records,
                     const topology::Topology& topology, int host, transport::Courier& courier,
                     transport::ControlQueue& heard)
    : domain_{std::move(domain)},
      directory_{&runtime::find_directory(*domain_)},
      name_{topology.hosts[static_cast<std::size_t>(host)].name},
      ranks_{topology.hosts[static_cast<std::size_t>(host)].ranks},
      courier_{&courier},
      heard_{&heard},
      reports_{*domain_, *directory_, [this](const HostEvent& event) { to_coordinator(event); }},
      event_sender_{*domain_, directory_->events, directory_->lane_of(0), directory_->rank(*domain_, 0).events},
      line_sender_{*domain_, directory_->lines, directory_->lane_of(0), directory_->rank(*domain_, 0).lines},
      events_{event_sender_},
      lines_{line_sender_},
      mailboxes_(ranks_.size()),
      worker_{*domain_, ranks_[0], name_, events_, lines_, [](std::uint64_t, int) { return nullptr; }} {
  for (std::uint32_t i = 1; i < directory_->ranks; ++i) {
    mailboxes_[i] = std::make_unique<channel::MessageSender>(*domain_, directory_->rank(*domain_, i).mailbox, 0,
                                                             directory_->commander);
  }
  // From this rank straight on; what it reports later takes the longer way, and so comes later.
  channel::set_way_home(
      [this](const wire::WiringCalled& called) { to_coordinator(channel::call_of(*domain_, called)); });
  watch(records, topology.hosts[static_cast<std::size_t>(host)]);
}

HostAgent::~HostAgent() {
  channel::set_way_home(nullptr);
  watch_.reset();
  for (const auto& [number, run] : runs_) {
    run->block().end(
        runtime::Ending::stop);  // of a run that is not over, when serve() has thrown: its nodes are waited for
    courier_->detach(number);
  }
}

int HostAgent::serve() {
  while (!status_) {
    const auto said = heard_->take();
    using What = transport::ControlQueue::Said::What;
    switch (said.what) {
      case What::message: {
        detail::Reader reader{said.bytes};
        auto command = detail::decode<HostCommand>(reader);
        std::visit([this](auto& each) { execute(each); }, command);
        break;
      }
      case What::host_lost:
        if (said.host == 0) coordinator_lost(said.why);
        to_coordinator(runtime::HostLost{said.host, said.why});  // for which only the way between the two may be cut
        break;
      case What::item_failed:
        if (const auto plan = plans_.find(said.run); plan != plans_.end()) {
          to_coordinator(wire::Event{failed_item(plan->second, said.channel, said.why)});
        }
        break;  // else the run is over
      case What::left:
        return 0;
    }
  }
  return *status_;
}

void HostAgent::execute(HostPlan& plan) {
  std::unique_ptr<runtime::HostRun> run;
  try {
    run = std::make_unique<runtime::HostRun>(domain_, plan, domain_->segment.offset_of(&directory_->courier));
  } catch (const std::exception& error) {
    refuse(plan, error.what());
    return;
  }
  attach_ends(*courier_, plan, *run);
  const memory::Offset block = run->block_offset();
  runs_.emplace(plan.run, std::move(run));
  for (auto& [rank, deploy] : plan.ranks) {
    deploy.run_block = block;
    try {
      pass_on(rank, deploy);
    } catch (const std::exception& error) {
      for (const auto& event : runtime::refusal(deploy, rank, error.what())) to_coordinator(event);
    }
  }
  forget_objects(plan);
  plans_.emplace(plan.run, std::move(plan));
}

void HostAgent::pass_on(int rank, const wire::Deploy& deploy) {
  if (rank == ranks_[0]) return worker_.deploy(deploy);
  for (std::size_t number = 1; number < ranks_.size(); ++number) {
    if (ranks_[number] == rank) mailboxes_[number]->send_value(wire::Command{deploy});
  }
}

void HostAgent::refuse(const HostPlan& plan, const std::string& why) {
  for (const auto& [rank, deploy] : plan.ranks) {
    for (const auto& event : runtime::refusal(deploy, rank, why)) to_coordinator(event);
  }
}

void HostAgent::execute(const runtime::EndRun& end) {
  const auto run = runs_.find(end.run);
  if (run != runs_.end()) run->second->block().end(static_cast<runtime::Ending>(end.ending));
}

void HostAgent::execute(const runtime::StopNode& stop) {
  const auto run = runs_.find(stop.run);
  if (run != runs_.end()) run->second->block().stop_node(stop.node);
}

void HostAgent::execute(const runtime::GiveVerdict& verdict) {
  const auto run = runs_.find(verdict.run);
  if (run == runs_.end()) return;
  auto& node = run->second->block().node(static_cast<std::uint32_t>(verdict.node));
  node.verdict.store(verdict.verdict, std::memory_order_release);
  memory::interrupt(node.cell);
}

void HostAgent::execute(const runtime::ForgetRun& forget) {
  courier_->detach(forget.run);  // also of one that was refused: other hosts may have opened channels for it
  runs_.erase(forget.run);
  plans_.erase(forget.run);
}

void HostAgent::execute(const runtime::AskSnapshot& ask) {
  runtime::HostSnapshot answer{ask.run, ask.question, {}};
  if (const auto run = runs_.find(ask.run); run != runs_.end()) {
    std::vector<std::uint32_t> nodes;
    for (const auto& rank : plans_.at(ask.run).ranks) {
      for (const auto& node : rank.deploy.nodes) nodes.push_back(static_cast<std::uint32_t>(node.id));
    }
    answer.part = runtime::take_part(*domain_, run->second->block(), nodes, now_ns());
  }
  to_coordinator(answer);
}

void HostAgent::execute(const wire::Shutdown& shutdown) {
  for (auto& mailbox : mailboxes_) {
    if (mailbox) mailbox->send_value(wire::Command{shutdown});
  }
  status_ = shutdown.status;
}

void HostAgent::execute(const channel::WiringAnswer& answer) {
  channel::deliver(*domain_, answer, [this](channel::WiringCall call) { to_coordinator(std::move(call)); });
}

void HostAgent::to_coordinator(const HostEvent& event) {
  const auto* call = std::get_if<channel::WiringCall>(&event);
  if (call != nullptr && call->item.is_large()) {
    courier_->bulk(0, encoded(event));
  } else {
    courier_->control(0, encoded(event));
  }
}

void HostAgent::coordinator_lost(const std::string& why) {
  std::fprintf(stderr, "mpyx: host %s has lost the coordinator: %s; its ranks end\n", name_.c_str(), why.c_str());
  end_process(ExitStatus::rank_lost);
}

void HostAgent::watch(const std::vector<topology::RankRecord>& records, const topology::Host& host) {
  watch_ = std::make_unique<process::DeathWatch>([this, records](pid_t pid, std::optional<process::ExitStatus> status) {
    for (std::uint32_t number = 1; number < ranks_.size(); ++number) {
      const auto& record = records[static_cast<std::size_t>(ranks_[number])];
      const auto& rank = directory_->rank(*domain_, number);
      if (record.pid != pid || rank.left.load(std::memory_order_acquire) != 0) continue;
      std::fprintf(stderr, "%s\n", death_line(record, rank.fatal, status, "").c_str());
      end_process(ExitStatus::rank_lost);
    }
  });
  for (const int rank : host.ranks) {
    if (rank != host.first_rank) watch_->watch(records[static_cast<std::size_t>(rank)].pid);
  }
}

}  // namespace mpyx::coordinator
