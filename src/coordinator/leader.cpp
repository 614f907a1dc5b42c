#include "coordinator/leader.hpp"

#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <variant>

#include "base/clock.hpp"
#include "coordinator/death_line.hpp"
#include "coordinator/exit_status.hpp"

namespace mpyx::coordinator {

namespace {

graph::Cluster cluster_of(const topology::Topology& topology) {
  graph::Cluster cluster;
  for (const auto& host : topology.hosts) cluster.hosts.push_back({host.name, host.cores, host.ranks});
  return cluster;
}

}  // namespace

Leader::Leader(std::shared_ptr<channel::Domain> domain, const std::vector<topology::RankRecord>& records,
               const topology::Topology& topology, Transport transport)
    : domain_{std::move(domain)}, directory_{&runtime::find_directory(*domain_)}, ranks_{topology.hosts[0].ranks} {
  const bool alone = directory_->ranks == 1;  // on this host
  if (!alone) printer_ = std::make_unique<Printer>(*domain_, *directory_, out_);
  Coordinator::Ways ways;
  ways.to_rank = [this](int rank, const wire::Command& command) {
    if (rank == 0) {
      worker_->deploy(std::get<wire::Deploy>(command));
    } else {
      mailboxes_[static_cast<std::size_t>(rank)]->send_value(command);
    }
  };
  ways.flush_lines = [this, alive = alive_] {
    const std::shared_lock lock{alive->mutex};
    if (!alive->is) return;
    if (printer_) printer_->flush();
    out_.flush();
  };
  if (transport.courier != nullptr) {
    other_hosts_ = std::make_unique<OtherHosts>(domain_, *transport.courier, *transport.heard, topology, out_);
    other_hosts_->add_to(ways);
  }
  ways.print = [this](std::string_view lines) {
    out_.print(lines, {});
    out_.flush();
  };
  const memory::Offset courier = domain_->segment.offset_of(&directory_->courier);
  coordinator_ = std::make_unique<Coordinator>(domain_, cluster_of(topology), courier, std::move(ways));
  const auto local = [this](std::uint64_t run, int node) { return coordinator_->take_local(run, node); };
  worker_ = std::make_unique<runtime::Worker>(*domain_, 0, topology.hosts[0].name, *coordinator_, out_, local);
  mailboxes_.resize(records.size());
  for (std::uint32_t i = 1; i < directory_->ranks; ++i) {
    mailboxes_[static_cast<std::size_t>(ranks_[i])] = std::make_unique<channel::MessageSender>(
        *domain_, directory_->rank(*domain_, i).mailbox, 0, directory_->commander);
  }
  if (other_hosts_) other_hosts_->hear(*coordinator_);
  watch(records, topology.hosts[0]);
  if (!alone)
    hearing_ = std::thread{[this] { hear(); }};  // last: were there an exception after it, nobody would end it
}

Leader::~Leader() {
  close(0);
  coordinator_->end_handlers();  // they keep their runs, which leave other hosts' courier with them
  {
    const std::unique_lock lock{alive_->mutex};
    alive_->is = false;
  }
  watch_.reset();
  if (hearing_.joinable()) {
    stop_.store(true, std::memory_order_release);
    memory::interrupt(directory_->coordinator);
    hearing_.join();
  }
  worker_.reset();
}

void Leader::close(int status) {
  if (std::exchange(closed_, true)) return;
  coordinator_->wait_all(memory::no_deadline);
  for (auto& mailbox : mailboxes_) {
    if (mailbox) mailbox->send_value(wire::Command{wire::Shutdown{status}});
  }
  if (other_hosts_) other_hosts_->shut_down(status);
}

void Leader::hear() {
  channel::InPort port{*domain_, directory_->events, 0};
  const auto stop = [this] { return stop_.load(std::memory_order_acquire); };
  while (!stop()) {
    if (const auto frame = port.take()) {
      detail::Reader reader{frame->view.value};
      auto report = detail::decode<wire::Report>(reader);
      port.release(*frame);
      if (auto* event = std::get_if<wire::Event>(&report)) coordinator_->send(std::move(*event));
    } else {
      port.wait(directory_->coordinator, stop);
    }
  }
}

void Leader::watch(const std::vector<topology::RankRecord>& records, const topology::Host& host) {
  watch_ = std::make_unique<process::DeathWatch>([this, records](pid_t pid, std::optional<process::ExitStatus> status) {
    for (std::uint32_t number = 1; number < ranks_.size(); ++number) {
      const auto& record = records[static_cast<std::size_t>(ranks_[number])];
      if (record.pid == pid) rank_died(number, record, status);
    }
  });
  for (const int rank : host.ranks) {
    if (rank != 0) watch_->watch(records[static_cast<std::size_t>(rank)].pid);
  }
  watch_->watch_descriptor(interrupts_.descriptor(), [this] { interrupted(); });
}

void Leader::rank_died(std::uint32_t number, const topology::RankRecord& record,
                       std::optional<process::ExitStatus> status) {
  const auto& rank = directory_->rank(*domain_, number);
  if (rank.left.load(std::memory_order_acquire) != 0) return;
  std::fprintf(stderr, "%s\n", death_line(record, rank.fatal, status, coordinator_->busy_on(record.rank)).c_str());
  end_process(ExitStatus::rank_lost);
}

void Leader::interrupted() {
  const auto counts = interrupts_.take();
  const int status = counts.terminations > 0 ? 143 : 130;
  note_signal(status);
  constexpr std::int64_t grace_ns = 800'000'000;  // plain mpirun kills a second after its SIGTERM
  if (counts.total() == 1 && counts.interrupts == 1 && !coordinator_->idle()) {
    coordinator_->end_all(runtime::Ending::drain);
    // This thread has to hear of the next signal: it does not wait until somebody reads.
    pollfd room{STDERR_FILENO, POLLOUT, 0};
    if (::poll(&room, 1, 0) > 0)
      std::fputs("mpyx: interrupted: finishing what is under way; once more to stop at once\n", stderr);
    return;
  }
  coordinator_->end_all(runtime::Ending::stop);
  coordinator_->wait_all(now_ns() + grace_ns);
  end_process(static_cast<ExitStatus>(status));
}

}  // namespace mpyx::coordinator
