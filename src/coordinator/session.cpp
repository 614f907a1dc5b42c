#include <mpyx/error.hpp>
#include <mpyx/pipeline.hpp>
#include <mpyx/session.hpp>

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

#include "base/clock.hpp"
#include "channel/waiter.hpp"
#include "coordinator/exit_status.hpp"
#include "coordinator/host_agent.hpp"
#include "coordinator/leader.hpp"
#include "memory/fences.hpp"
#include "process/blocking.hpp"
#include "process/death_watch.hpp"
#include "process/helper.hpp"
#include "process/launcher.hpp"
#include "process/module.hpp"
#include "process/session_helper.hpp"
#include "process/signals.hpp"
#include "runtime/service.hpp"
#include "topology/launch_environment.hpp"
#include "transport/control_queue.hpp"
#include "transport/courier.hpp"
#include "transport/mpi_process.hpp"

namespace mpyx {

using coordinator::ExitStatus;

namespace {
std::atomic<Session*> current{nullptr};
std::unique_ptr<transport::MpiProcess> refused_job;  // left when the error was printed, or the process ends
}  // namespace

class Session::Impl {
 public:
  Impl(int& argc, char**& argv) {
    process::open_standard_descriptors();
    helper_ = std::make_unique<process::Helper>(process::Helper::fork_helper());
    process::set_session_helper(helper_.get());
    if (topology::launch_environment().alone()) {
      join_alone();
    } else {
      join_job(argc, argv);
    }
  }

  /// Ends the session on all ranks. Idempotent.
  void close(int status) {
    if (std::exchange(closed_, true)) return;
    if (leader_) leader_->close(status);
    leader_.reset();
    runtime::find_directory(*domain_).rank(*domain_, domain_->process).left.store(1, std::memory_order_release);
    if (courier_) courier_->leave();
    channel::set_process_domain(nullptr);
    if (mpi_) mpi_->finalise();
    courier_.reset();
    process::set_session_helper(nullptr);
    helper_.reset();
  }

  coordinator::Coordinator& coordinator() { return leader_->coordinator(); }
  const topology::Topology& topology() const { return topology_; }

 private:
  void join_alone() {
    const topology::RankRecord self{0, getpid(), topology::this_host(), process::own_build_id(), process::own_path()};
    topology_ = topology::make_topology({self});
    make_domain(1, topology_.hosts[0].cores, true);
    leader_ =
        std::make_unique<coordinator::Leader>(domain_, std::vector{self}, topology_, coordinator::Leader::Transport{});
  }

  void join_job(int& argc, char**& argv) {
    using transport::MpiProcess;
    const auto create = [this](const topology::Topology& topology, int rank) { return offer_segment(topology, rank); };
    const auto attach = [this](const topology::Topology& topology, int rank, const MpiProcess::SegmentOffer& offer) {
      return attach_segment(topology, rank, offer);
    };
    mpi_ = std::make_unique<MpiProcess>(argc, argv, create, attach);
    if (!mpi_->problem().empty()) refuse();
    topology_ = mpi_->topology();
    const int rank = mpi_->rank();
    try {
      take_part(rank);
    } catch (const std::exception& error) {  // the others count on this rank: only its end tells them, without a line
      runtime::find_directory(*domain_).rank(*domain_, domain_->process).left.store(1, std::memory_order_release);
      const int host = topology_.host_of_rank[static_cast<std::size_t>(rank)];
      std::fprintf(stderr, "mpyx: rank %d on host %s cannot go on: %s; the job ends\n", rank,
                   topology_.hosts[static_cast<std::size_t>(host)].name.c_str(), error.what());
      coordinator::end_process(ExitStatus::environment);
    }
  }

  /// As the coordinator; otherwise it serves until the session is over, and does not return.
  void take_part(int rank) {
    auto& directory = runtime::find_directory(*domain_);
    const std::uint32_t number = domain_->process;
    process::install_fatal_handlers(&directory.rank(*domain_, number).fatal);
    start_courier(directory);
    if (rank != 0) serve(directory, number);
    leader_ = std::make_unique<coordinator::Leader>(domain_, mpi_->ranks(), topology_,
                                                    coordinator::Leader::Transport{courier_.get(), &heard_});
  }

  /// A host that is silent for so long counts as lost; less than 2 s would take a slow one for dead.
  static transport::Courier::Options courier_options() {
    transport::Courier::Options options;
    const char* text = std::getenv("MPYX_LOST_SECONDS");
    if (text == nullptr) return options;
    char* end = nullptr;
    const double seconds = std::strtod(text, &end);
    if (end == text || *end != 0 || !(seconds >= 2 && seconds <= 1e6)) {
      throw Error{"mpyx: MPYX_LOST_SECONDS is '" + std::string{text} + "'; it can be a number from 2 to 1000000"};
    }
    options.silence = static_cast<std::int64_t>(seconds * 1e9);
    options.farewell = options.silence;
    return options;
  }

  /// With several hosts, in the first rank of each.
  void start_courier(runtime::HostDirectory& directory) {
    if (mpi_->link() == nullptr) return;
    using What = transport::ControlQueue::Said::What;
    transport::Courier::Callbacks callbacks;
    callbacks.control = [this](int host, std::vector<std::byte> bytes) {
      heard_.put({What::message, host, std::move(bytes), 0, 0, {}});
    };
    callbacks.lost = [this](int host, std::string why) {
      heard_.put({What::host_lost, host, {}, 0, 0, std::move(why)});
    };
    callbacks.failed = [this](transport::ChannelKey key, std::string why) {
      heard_.put({What::item_failed, 0, {}, key.run, key.channel, std::move(why)});
    };
    courier_ = std::make_unique<transport::Courier>(*domain_, directory.courier, *mpi_->link(), std::move(callbacks),
                                                    courier_options());
    mpi_->on_its_thread([this] { courier_->run(); });
  }

  /// What keeps all ranks from working is known to all of them, and one says it. The others wait for that in
  /// MPI_Finalize: as soon as one leaves with a status, mpirun kills the rest.
  [[noreturn]] void refuse() {
    if (mpi_->rank() != 0) {
      mpi_->finalise();
      coordinator::end_process(ExitStatus::environment);
    }
    const Error problem{"mpyx: " + mpi_->problem()};
    refused_job = std::move(mpi_);
    throw problem;
  }

  /// A host's first rank alone commands the others there and sees which hosts are lost. Why it ended was said, and its
  /// status is the one that counts.
  void end_with_first_rank(runtime::HostDirectory& directory) const {
    if (directory.rank(*domain_, 0).left.load(std::memory_order_acquire) == 0) {
      _exit(static_cast<int>(ExitStatus::rank_lost));
    }
  }

  [[noreturn]] void serve(runtime::HostDirectory& directory, std::uint32_t number) {
    const process::InterruptSource unheeded;  // mpirun passes SIGTERM to every rank; rank 0 acts on it for all
    const int host = topology_.host_of_rank[static_cast<std::size_t>(mpi_->rank())];
    int status = 0;
    if (courier_) {
      status = coordinator::HostAgent{domain_, mpi_->ranks(), topology_, host, *courier_, heard_}.serve();
    } else {
      const auto& here = topology_.hosts[static_cast<std::size_t>(host)];
      process::DeathWatch watch{[&](pid_t, std::optional<process::ExitStatus>) { end_with_first_rank(directory); }};
      watch.watch(mpi_->ranks()[static_cast<std::size_t>(here.first_rank)].pid);
      status = runtime::serve(*domain_, directory, mpi_->rank(), number, here.name);
    }
    directory.rank(*domain_, number).left.store(1, std::memory_order_release);
    if (courier_) courier_->leave();
    mpi_->finalise();
    helper_.reset();
    std::exit(status);
  }

  void make_domain(std::uint32_t ranks, int cores, bool coordinator) {
    auto segment = memory::Segment::create();
    memory::fences_decide(segment);
    memory::Arena::format(segment);
    segment.header().spare_cores.store(cores, std::memory_order_relaxed);
    domain_ = std::make_shared<channel::Domain>(std::move(segment), std::uint16_t{0});
    channel::set_process_domain(domain_);
    runtime::make_directory(*domain_, ranks, coordinator);
  }

  transport::MpiProcess::SegmentOffer offer_segment(const topology::Topology& topology, int rank) {
    const auto& host = topology.hosts[static_cast<std::size_t>(topology.host_of_rank[static_cast<std::size_t>(rank)])];
    try {
      if (topology.hosts.size() > 1) courier_options();  // what is wrong with them all ranks have to know
    } catch (const Error& error) {
      return {0, -1, std::string{error.what()}.substr(std::string_view{"mpyx: "}.size())};
    }
    try {
      const int couriers = topology.hosts.size() > 1 ? 1 : 0;
      make_domain(static_cast<std::uint32_t>(host.ranks.size()), host.cores - couriers, rank == 0);
      return {getpid(), domain_->segment.fd(), {}};
    } catch (const std::exception& error) {
      return {0, -1, "no shared memory on host " + host.name + ": " + error.what()};
    }
  }

  std::string attach_segment(const topology::Topology& topology, int rank,
                             const transport::MpiProcess::SegmentOffer& offer) {
    const auto& host = topology.hosts[static_cast<std::size_t>(topology.host_of_rank[static_cast<std::size_t>(rank)])];
    try {
      auto segment = memory::Segment::attach(offer.pid, offer.descriptor);
      memory::fences_follow(segment);
      const auto number = std::ranges::find(host.ranks, rank) - host.ranks.begin();
      domain_ = std::make_shared<channel::Domain>(std::move(segment), static_cast<std::uint16_t>(number));
      channel::set_process_domain(domain_);
      return {};
    } catch (const std::exception& error) {
      return "rank " + std::to_string(rank) + " on host " + host.name +
             " cannot use the shared memory: " + error.what();
    }
  }

  std::unique_ptr<process::Helper> helper_;
  topology::Topology topology_;
  std::shared_ptr<channel::Domain> domain_;
  std::unique_ptr<transport::MpiProcess> mpi_;
  transport::ControlQueue heard_;                // from other hosts
  std::unique_ptr<transport::Courier> courier_;  // in the first rank of each of several hosts
  std::unique_ptr<coordinator::Leader> leader_;
  bool closed_ = false;
};

namespace {

std::thread::id main_thread = std::this_thread::get_id();  // unless a session says otherwise
std::terminate_handler previous_terminate = nullptr;
void (*close_current)(int status, bool stop_first) = nullptr;
pid_t main_ran_in = 0;  // rank 0, once it has had a session; not a process that it forked

[[noreturn]] void end_with(ExitStatus status) {
  if (close_current != nullptr) close_current(static_cast<int>(status), true);
  refused_job.reset();
  coordinator::end_process(status);
}

/// An exception that left main(): the other ranks are told, and the exit status is the documented one.
void on_terminate() {
  if (std::this_thread::get_id() == main_thread && std::current_exception()) {
    try {
      std::rethrow_exception(std::current_exception());
    } catch (const StageError& error) {
      std::fprintf(stderr, "%s\n", error.what());
      end_with(ExitStatus::stage_failed);
    } catch (const Error& error) {
      std::fprintf(stderr, "%s\n", error.what());
      end_with(ExitStatus::environment);
    } catch (...) {
    }
  }
  // Once: it may be one that goes on to this one, which it found when it was set.
  if (const auto previous = std::exchange(previous_terminate, nullptr)) previous();
  std::abort();
}

/// From the start: without a session an error leaves main() as well.
void handle_terminate() {
  if (const auto previous = std::set_terminate(on_terminate); previous != on_terminate) previous_terminate = previous;
}
[[maybe_unused]] const bool handled_from_the_start = (handle_terminate(), true);

/// exit() inside main() skips the session's destructor; and errors that nobody took decide the exit status.
void at_exit(int status, void*) {
  if (close_current != nullptr &&
      std::this_thread::get_id() != main_thread) {  // by a stage, which cannot wait for itself
    std::fprintf(stderr, "mpyx: exit(%d) was called outside of main(): ending the job\n", status);
    coordinator::end_process(static_cast<ExitStatus>(status));
  }
  if (close_current != nullptr) close_current(0, true);
  refused_job.reset();
  const int noted = coordinator::noted_status();
  if (noted == 0) {
    // mpyx-run would take what is above 128 for a signal that ended a rank
    if (main_ran_in == getpid() && (status & 255) != 0) process::tell_mpyx_run(status & 255);
    return;
  }
  std::cout.flush();  // it may have a buffer of its own, which _exit() would drop
  std::clog.flush();
  coordinator::end_process(static_cast<ExitStatus>(noted));
}

}  // namespace

Session::Session(int& argc, char**& argv) {
  Session* none = nullptr;
  if (!current.compare_exchange_strong(none, this)) throw Error{"mpyx: there is a Session already; one per process"};
  static const int registered = ::on_exit(at_exit, nullptr);
  static_cast<void>(registered);
  main_thread = std::this_thread::get_id();
  handle_terminate();
  try {
    if (main_ran_in == getpid() && !topology::launch_environment().alone()) {
      throw Error{"mpyx: the Session has ended, and under mpirun a process has one only"};  // MPI starts once
    }
    impl_ = std::make_unique<Impl>(argc, argv);
  } catch (const std::system_error& error) {
    current.store(nullptr);
    throw Error{std::string{"mpyx: the session cannot start: "} + error.what()};
  } catch (...) {
    current.store(nullptr);
    throw;
  }
  main_ran_in = getpid();
  close_current = [](int status, bool stop_first) {
    close_current = nullptr;
    Impl& impl = *current.load()->impl_;
    if (stop_first) impl.coordinator().end_all(runtime::Ending::stop);
    impl.close(status);
  };
}

Session::~Session() {
  close_current = nullptr;
  impl_->close(0);
  current.store(nullptr);
}

int Session::ranks() const noexcept { return impl_->topology().size(); }
int Session::hosts() const noexcept { return static_cast<int>(impl_->topology().hosts.size()); }

Session::Impl& Session::running() {
  Session* session = current.load();
  if (session != nullptr && session->impl_) return *session->impl_;
  if (main_ran_in == getpid()) throw Error{"mpyx: the Session has ended; pipelines run as long as it lives"};
  if (channel::process_domain()) throw Error{"mpyx: a stage cannot start a pipeline: only main() can, on rank 0"};
  throw Error{"mpyx: no Session: make one first in main(): mpyx::Session session{argc, argv};"};
}

namespace detail {

std::shared_ptr<Run> start_run(Blueprint blueprint, const Settings& settings) {
  return Session::running().coordinator().start(std::move(blueprint), settings);
}

std::int64_t watch_period_ns(std::chrono::duration<double> period) {
  constexpr double shortest = 1e-3, longest = 1e9;
  if (period.count() >= shortest && period.count() <= longest) return static_cast<std::int64_t>(period.count() * 1e9);
  throw Error{"mpyx: watch() cannot print every " + std::to_string(period.count()) +
              " s: give it a period of a millisecond or more"};
}

void check(const Blueprint& blueprint) { Session::running().coordinator().check(blueprint); }
void print_layout(Blueprint blueprint, std::ostream& out) {
  out << Session::running().coordinator().placed(blueprint).layout();
}
void print_layout(Blueprint blueprint) { print_layout(std::move(blueprint), std::cout); }

}  // namespace detail
}  // namespace mpyx
