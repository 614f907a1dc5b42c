#include "transport/mpi_process.hpp"

#include <mpi.h>
#include <unistd.h>

#include <boost/mpi/communicator.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <thread>

#include "process/launcher.hpp"
#include "process/module.hpp"
#include "topology/launch_environment.hpp"
#include "transport/event_descriptors.hpp"
#include "transport/long_sleeps.hpp"
#include "transport/mpi_link.hpp"
#include "transport/rank_tree.hpp"

namespace mpyx::transport {

namespace mpi = boost::mpi;

class MpiProcess::Courier {
 public:
  Courier(int& argc, char**& argv, CreateSegment create, AttachSegment attach)
      : argc_{&argc}, argv_{&argv}, create_{std::move(create)}, attach_{std::move(attach)} {
    thread_ = std::thread{[this] { run(); }};
    std::unique_lock lock{mutex_};
    while (!changed_.wait_for(lock, std::chrono::seconds{1}, [this] { return joined_; })) look_whether_lost();
  }
  ~Courier() { finalise(); }

  void finalise() {
    {
      const std::lock_guard lock{mutex_};
      leave_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

  void on_its_thread(std::function<void()> work) {
    {
      const std::lock_guard lock{mutex_};
      work_ = std::move(work);
    }
    changed_.notify_all();
  }

  int rank = 0;
  std::unique_ptr<Link> link;
  topology::Topology topology;
  std::vector<topology::RankRecord> records;
  std::string problem;

 private:
  void run() {
    // mpirun's own choice is defeated by a hostfile; without it, waiting ranks keep computing ones from their cores
    setenv("OMPI_MCA_mpi_yield_when_idle", "1", 1);
    const auto launched = topology::launch_environment();
    ranks_here_ = launched.local_size.value_or(8);
    if (launched.size && launched.local_size == launched.size) {
      setenv("OMPI_MCA_pml", "ob1", 0);  // one host: no search for networks, so a job is up sooner; the user's choice
      setenv("OMPI_MCA_btl", "self,vader", 0);  // goes first
    } else {
      // an epoll descriptor can be waited for from outside (see Doorbell), what poll() waits for cannot
      setenv("OMPI_MCA_opal_event_include", "epoll", 0);
    }
    start();
    {
      std::unique_lock lock{mutex_};
      joined_ = true;
      changed_.notify_all();
      changed_.wait(lock, [this] { return leave_ || work_; });
    }
    if (work_) work_();  // set once, before leave_
    {
      std::unique_lock lock{mutex_};
      changed_.wait(lock, [this] { return leave_; });
    }
    link.reset();
    const LongSleeps long_sleeps{ranks_here_};
    MPI_Finalize();
  }

  void start() {
    const LongSleeps long_sleeps{ranks_here_};
    int provided = 0;
    const std::vector<int> before = epoll_descriptors();
    MPI_Init_thread(argc_, argv_, MPI_THREAD_FUNNELED, &provided);
    descriptors_ = listening_epoll_descriptors(before);
    try {
      agree();
    } catch (const std::exception& error) {
      problem = error.what();
    }
  }

  void agree() {
    const mpi::communicator world;
    rank = world.rank();
    const RankTree tree{world, waits_for_};
    const topology::HostRecord here = topology::this_host();
    records = tree.all_gather(topology::RankRecord{rank, getpid(), here, process::own_build_id(), process::own_path()});
    topology = topology::make_topology(records);
    if (const auto mismatch = topology::build_mismatch(records)) {
      problem = *mismatch;
      return;
    }
    share_segment(tree);
  }

  void share_segment(const RankTree& tree) {
    const auto& host = topology.hosts[static_cast<std::size_t>(topology.host_of_rank[static_cast<std::size_t>(rank)])];
    std::string mine;
    if (rank == host.first_rank) {
      const SegmentOffer offer = create_(topology, rank);
      for (const int other : host.ranks) {
        if (other != rank) tree.send(other, offer);
      }
      mine = offer.problem;
    } else {
      const auto offer = tree.receive<SegmentOffer>(host.first_rank);
      mine = offer.problem.empty() ? attach_(topology, rank, offer) : offer.problem;
    }
    for (const auto& each : tree.all_gather(mine)) {  // all of them succeed or none goes on
      if (problem.empty()) problem = each;
    }
    if (!problem.empty() || topology.hosts.size() == 1 || rank != host.first_rank) return;
    std::vector<int> first_ranks;
    for (const auto& each : topology.hosts) first_ranks.push_back(each.first_rank);
    link = std::make_unique<MpiLink>(MPI_COMM_WORLD, std::move(first_ranks), descriptors_);
  }

  /// The start waits for every rank; where the network lets some of them not reach each other that would be for ever. Who
  /// waits for a rank below it in the tree gives up first, so that the line names the pair that is at fault.
  void look_whether_lost() {
    constexpr int patience_s = 120, more_for_the_answer_s = 15;
    const int other = waits_for_.load(std::memory_order_relaxed);
    const bool for_answer = other >= 0 && other < rank;
    if (++waited_s_ < patience_s + (for_answer || other < 0 ? more_for_the_answer_s : 0)) return;
    const std::string where = topology::this_host().name;
    if (other < 0) {
      std::fprintf(stderr,
                   "mpyx: a rank on host %s has been in MPI_Init for %d s: the launcher has not started all ranks\n",
                   where.c_str(), waited_s_);
    } else {
      std::fprintf(
          stderr,
          "mpyx: rank %d on host %s has waited %d s for a message of rank %d: MPI does not connect their hosts; "
          "name the network between them (OMPI_MCA_btl_tcp_if_include) or open its ports\n",
          rank, where.c_str(), waited_s_, other);
    }
    constexpr int environment = static_cast<int>(process::JobStatus::environment);
    process::tell_mpyx_run(environment);
    std::fflush(nullptr);
    _exit(environment);  // the thread is inside MPI and does not come back
  }

  int* argc_;
  char*** argv_;
  CreateSegment create_;
  AttachSegment attach_;
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::atomic<int> waits_for_{-1};  // the rank whose message the start waits for; -1 before MPI is up
  int waited_s_ = 0;                // the constructor's thread only
  int ranks_here_ = 1;              // as the launcher says; MPI's thread only
  std::vector<int> descriptors_;    // on which MPI waits for other hosts; its thread only
  bool joined_ = false;
  bool leave_ = false;
  std::function<void()> work_;
};

MpiProcess::MpiProcess(int& argc, char**& argv, CreateSegment create, AttachSegment attach)
    : courier_{std::make_unique<Courier>(argc, argv, std::move(create), std::move(attach))} {}

MpiProcess::~MpiProcess() = default;

const std::string& MpiProcess::problem() const noexcept { return courier_->problem; }
int MpiProcess::rank() const noexcept { return courier_->rank; }
const topology::Topology& MpiProcess::topology() const noexcept { return courier_->topology; }
const std::vector<topology::RankRecord>& MpiProcess::ranks() const noexcept { return courier_->records; }
Link* MpiProcess::link() const noexcept { return courier_->link.get(); }
void MpiProcess::on_its_thread(std::function<void()> work) { courier_->on_its_thread(std::move(work)); }
void MpiProcess::finalise() { courier_->finalise(); }

}  // namespace mpyx::transport
