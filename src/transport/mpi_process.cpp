#include "transport/mpi_process.hpp"

#include <mpi.h>
#include <unistd.h>

#include <boost/mpi/collectives.hpp>
#include <boost/mpi/communicator.hpp>
#include <boost/serialization/string.hpp>

#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <thread>

#include "process/module.hpp"
#include "topology/launch_environment.hpp"
#include "transport/mpi_link.hpp"

namespace boost::serialization {

template <class Archive>
void serialize(Archive& archive, mpyx::topology::RankRecord& record, unsigned) {
  archive& record.rank& record.pid& record.host.name& record.host.identity& record.host.cores& record.host
      .memory& record.build_id& record.program;
}

template <class Archive>
void serialize(Archive& archive, mpyx::transport::MpiProcess::SegmentOffer& offer, unsigned) {
  archive& offer.pid& offer.descriptor& offer.problem;
}

}  // namespace boost::serialization

namespace mpyx::transport {

namespace mpi = boost::mpi;

class MpiProcess::Courier {
 public:
  Courier(int& argc, char**& argv, CreateSegment create, AttachSegment attach)
      : argc_{&argc}, argv_{&argv}, create_{std::move(create)}, attach_{std::move(attach)} {
    thread_ = std::thread{[this] { run(); }};
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return joined_; });
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
    if (const auto launched = topology::launch_environment(); launched.size && launched.local_size == launched.size) {
      setenv("OMPI_MCA_pml", "ob1", 0);  // one host: no search for networks, so a job is up sooner; the user's choice
      setenv("OMPI_MCA_btl", "self,vader", 0);  // goes first
    }
    int provided = 0;
    MPI_Init_thread(argc_, argv_, MPI_THREAD_FUNNELED, &provided);
    try {
      agree();
    } catch (const std::exception& error) {
      problem = error.what();
    }
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
    MPI_Finalize();
  }

  void agree() {
    const mpi::communicator world;
    rank = world.rank();
    topology::RankRecord mine{rank, getpid(), topology::this_host(), process::own_build_id(), process::own_path()};
    mpi::all_gather(world, mine, records);
    topology = topology::make_topology(records);
    if (const auto mismatch = topology::build_mismatch(records)) {
      problem = *mismatch;
      return;
    }
    share_segment(world);
  }

  void share_segment(const mpi::communicator& world) {
    const int host = topology.host_of_rank[static_cast<std::size_t>(rank)];
    const mpi::communicator local = world.split(host, rank);
    SegmentOffer offer;
    if (local.rank() == 0) offer = create_(topology, rank);
    mpi::broadcast(local, offer, 0);
    std::string mine = offer.problem;
    if (mine.empty() && local.rank() != 0) mine = attach_(topology, rank, offer);
    std::vector<std::string> problems;
    mpi::all_gather(world, mine, problems);  // all of them succeed or none goes on
    for (const auto& each : problems) {
      if (problem.empty()) problem = each;
    }
    if (problem.empty() && topology.hosts.size() > 1) connect_hosts(world, local.rank() == 0);
  }

  void connect_hosts(const mpi::communicator& world, bool first) {
    const mpi::communicator hosts = world.split(first ? 0 : 1, rank);  // first ranks ascend as their hosts do
    if (first) link = std::make_unique<MpiLink>(static_cast<MPI_Comm>(hosts));
  }

  int* argc_;
  char*** argv_;
  CreateSegment create_;
  AttachSegment attach_;
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable changed_;
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
