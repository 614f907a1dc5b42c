#include "runtime/service.hpp"

#include <exception>
#include <optional>
#include <utility>
#include <variant>

#include "channel/message_port.hpp"
#include "channel/way_home.hpp"
#include "runtime/lines.hpp"
#include "runtime/worker.hpp"

namespace mpyx::runtime {

namespace {

class RemoteEvents : public EventSink {
 public:
  explicit RemoteEvents(channel::MessageSender& sender) : sender_{&sender} {}
  void send(wire::Event event) override { sender_->send_value(wire::Report{std::move(event)}); }

 private:
  channel::MessageSender* sender_;
};

/// On other hosts than the coordinator's, whose ranks have silent ones among them.
class ServedWayHome {
 public:
  ServedWayHome(const HostDirectory& directory, channel::MessageSender& sender) {
    if (directory.silent != 0) return;
    channel::set_way_home([&sender](const wire::WiringCalled& call) { sender.send_value(wire::Report{call}); });
  }
  ServedWayHome(const ServedWayHome&) = delete;
  ServedWayHome& operator=(const ServedWayHome&) = delete;
  ~ServedWayHome() { channel::set_way_home(nullptr); }
};

std::optional<wire::Command> next_command(channel::InPort& mailbox, memory::WaitCell& cell) {
  for (;;) {
    if (const auto frame = mailbox.take()) {
      detail::Reader reader{frame->view.value};
      auto command = detail::decode<wire::Command>(reader);
      mailbox.release(*frame);
      return command;
    }
    if (mailbox.ended()) return std::nullopt;
    mailbox.wait(cell, [] { return false; });
  }
}

}  // namespace

int serve(channel::Domain& domain, HostDirectory& directory, int rank, std::uint32_t number, const std::string& host) {
  RankBlock& mine = directory.rank(domain, number);
  channel::InPort mailbox{domain, mine.mailbox, 0};
  channel::MessageSender event_sender{domain, directory.events, directory.lane_of(number), mine.events};
  channel::MessageSender line_sender{domain, directory.lines, directory.lane_of(number), mine.lines};
  RemoteEvents events{event_sender};
  RemoteOutput lines{line_sender};
  const ServedWayHome way_home{directory, event_sender};
  Worker worker{domain, rank, host, events, lines, [](std::uint64_t, int) { return nullptr; }};
  while (const auto command = next_command(mailbox, mine.service)) {
    if (const auto* deploy = std::get_if<wire::Deploy>(&*command)) {
      try {
        worker.deploy(*deploy);
      } catch (const std::exception& error) {
        for (auto& event : refusal(*deploy, rank, error.what())) events.send(std::move(event));
      }
    } else {
      return std::get<wire::Shutdown>(*command).status;
    }
  }
  return 0;
}

}  // namespace mpyx::runtime
