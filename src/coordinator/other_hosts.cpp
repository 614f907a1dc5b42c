#include "coordinator/other_hosts.hpp"

#include <cstdio>
#include <utility>
#include <variant>

#include "coordinator/channel_ends.hpp"
#include "coordinator/exit_status.hpp"

namespace mpyx::coordinator {

using transport::ControlQueue;

OtherHosts::OtherHosts(const std::shared_ptr<channel::Domain>& domain, transport::Courier& courier, ControlQueue& heard,
                       const topology::Topology& topology, runtime::StandardOutput& out)
    : way_{std::make_shared<Way>()},
      heard_{&heard},
      topology_{&topology},
      out_{&out},
      holders_{domain, [way = way_](int host, channel::WiringAnswer given) { answer(*way, host, std::move(given)); }} {
  way_->courier = &courier;
}

OtherHosts::~OtherHosts() {
  heard_->put({ControlQueue::Said::What::left, 0, {}, 0, 0, {}});
  if (hearing_.joinable()) hearing_.join();
  writing_.end();
  // Only now: a run that these threads held last leaves the courier with them.
  const std::lock_guard lock{way_->mutex};
  way_->courier = nullptr;
}

void OtherHosts::add_to(Coordinator::Ways& ways) {
  const auto with_courier = [way = way_](auto use) {
    const std::lock_guard lock{way->mutex};
    if (way->courier != nullptr) use(*way->courier);
  };
  ways.to_host = [with_courier](int host, const runtime::HostCommand& command) {
    with_courier([&](transport::Courier& courier) { courier.control(host, encoded(command)); });
  };
  ways.attach = [with_courier](const runtime::HostPlan& plan, runtime::HostRun& run) {
    with_courier([&](transport::Courier& courier) { attach_ends(courier, plan, run); });
  };
  ways.detach = [with_courier](std::uint64_t run) {
    with_courier([&](transport::Courier& courier) { courier.detach(run); });
  };
}

void OtherHosts::hear(Coordinator& coordinator) {
  coordinator_ = &coordinator;
  hearing_ = std::thread{[this] {
    for (auto said = heard_->take(); said.what != ControlQueue::Said::What::left; said = heard_->take()) take(said);
  }};
}

void OtherHosts::answer(Way& way, int host, channel::WiringAnswer answer) {
  const bool large = answer.item.is_large();
  auto bytes = encoded(runtime::HostCommand{std::move(answer)});
  const std::lock_guard lock{way.mutex};
  if (way.courier == nullptr) return;
  if (large) {
    way.courier->bulk(host, std::move(bytes));
  } else {
    way.courier->control(host, std::move(bytes));
  }
}

void OtherHosts::take(ControlQueue::Said& said) {
  using What = ControlQueue::Said::What;
  if (said.what == What::host_lost) lost(said.host, "is lost", said.why);
  if (said.what == What::item_failed) coordinator_->item_failed(said.run, said.channel, said.why);
  if (said.what != What::message) return;
  detail::Reader reader{said.bytes};
  auto event = detail::decode<runtime::HostEvent>(reader);
  if (auto* lines = std::get_if<runtime::Lines>(&event)) {
    writing_.add([this, host = said.host, text = std::move(lines->text)] {
      out_->print(text, {});
      out_->flush();
      const std::lock_guard lock{way_->mutex};
      if (way_->courier == nullptr) return;
      way_->courier->control(host, encoded(runtime::HostCommand{runtime::LinesWritten{text.size()}}));
    });
    return;
  }
  if (auto* answer = std::get_if<runtime::HostSnapshot>(&event)) {
    coordinator_->host_answered(said.host, *answer);
    return;
  }
  if (auto* call = std::get_if<channel::WiringCall>(&event)) {
    holders_.call(said.host, std::move(*call));
    return;
  }
  if (const auto* pair = std::get_if<runtime::HostLost>(&event)) {
    lost(said.host, "has lost host " + name_of(pair->host), pair->why);
  }
  auto& report = std::get<wire::Event>(event);
  if (std::holds_alternative<wire::RankFinished>(
          report)) {  // after its lines, and what its stages said of their handles
    holders_.then([this, report] { writing_.add([this, report] { coordinator_->send(report); }); });
  } else {
    coordinator_->send(std::move(report));
  }
}

void OtherHosts::lost(int host, const std::string& how, const std::string& why) {
  std::fprintf(stderr, "mpyx: host %s %s: %s; the job ends\n", name_of(host).c_str(), how.c_str(), why.c_str());
  end_process(ExitStatus::rank_lost);
}

void OtherHosts::shut_down(int status) {
  const std::lock_guard lock{way_->mutex};
  for (std::size_t host = 1; host < topology_->hosts.size(); ++host) {
    way_->courier->control(static_cast<int>(host), encoded(runtime::HostCommand{wire::Shutdown{status}}));
  }
}

}  // namespace mpyx::coordinator
