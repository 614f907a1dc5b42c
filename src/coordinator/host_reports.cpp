#include "coordinator/host_reports.hpp"

#include <utility>
#include <variant>

#include "channel/remote_requests.hpp"

namespace mpyx::coordinator {

HostReports::HostReports(channel::Domain& domain, runtime::HostDirectory& directory,
                         std::function<void(const runtime::HostEvent&)> send)
    : domain_{&domain},
      directory_{&directory},
      send_{std::move(send)},
      events_{domain, directory.events, 0},
      lines_{domain, directory.lines, 0},
      left_(directory.ranks),
      thread_{[this] { run(); }} {}

HostReports::~HostReports() {
  stop_.store(true, std::memory_order_release);
  memory::interrupt(directory_->coordinator);
  thread_.join();
}

void HostReports::lines_written(std::uint64_t bytes) {
  written_.fetch_add(bytes, std::memory_order_release);
  memory::interrupt(directory_->coordinator);
}

void HostReports::run() {
  const auto may_send = [this] { return sent_ - written_.load(std::memory_order_acquire) < most_unwritten; };
  const auto something = [&] {
    return stop_.load(std::memory_order_acquire) || events_.ready() || (lines_.ready() && may_send());
  };
  events_.announce_idle();  // for good: it parks for nothing else
  lines_.announce_idle();
  while (!stop_.load(std::memory_order_acquire)) {
    const bool events = pass_events();
    const bool lines = may_send() && pass_lines();
    if (!events && !lines) memory::park(directory_->coordinator, something);  // both inboxes wake this cell
  }
}

bool HostReports::pass_events() {
  const auto frame = events_.take();
  if (!frame) return false;
  detail::Reader reader{frame->view.value};
  auto report = detail::decode<wire::Report>(reader);
  const std::uint32_t lane = frame->lane;
  events_.release(*frame);
  if (const auto* called = std::get_if<wire::WiringCalled>(&report)) {
    send_(channel::call_of(*domain_, *called));
    return true;
  }
  auto& event = std::get<wire::Event>(report);
  if (std::holds_alternative<wire::RankFinished>(event)) {
    // What its rank printed before is in its lane by now.
    auto& inbox = *domain_->at<channel::Inbox>(directory_->lines);
    held_back_.push_back({std::move(event), lane, inbox.lane(*domain_, lane).put.load(std::memory_order_acquire)});
    pass_held_back();
  } else {
    send_(event);
  }
  return true;
}

bool HostReports::pass_lines() {
  const auto frame = lines_.take();
  if (!frame) return false;
  const auto text = frame->view.value;
  runtime::Lines lines{{reinterpret_cast<const char*>(text.data()), text.size()}};
  ++left_[frame->lane];
  lines_.release(*frame);
  sent_ += lines.text.size();
  send_(lines);
  pass_held_back();
  return true;
}

void HostReports::pass_held_back() {
  std::erase_if(held_back_, [this](const HeldBack& each) {
    if (left_[each.lane] < each.lines) return false;
    send_(each.finished);
    return true;
  });
}

}  // namespace mpyx::coordinator
