// run: mpirun3    seconds: 180
// The behaviour suite of tests/unit/transport with a host in each rank: the link is MPI.
#include <mpi.h>

#include <numeric>

#include "transport/mpi_link.hpp"
#include "unit/transport/hosts_rig.hpp"

namespace mpyx::transport {

namespace {

class Ranks : public Cluster {
 public:
  int hosts() const override {
    int size = 0;
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    return size;
  }
  void run(const TestHost::Sizes& sizes, const Body& body) override {
    MPI_Comm own = MPI_COMM_NULL;
    MPI_Comm_dup(MPI_COMM_WORLD, &own);  // not freed: the link's sends may outlive it
    std::vector<int> ranks(static_cast<std::size_t>(hosts()));
    std::iota(ranks.begin(), ranks.end(), 0);
    MpiLink link{own, ranks};
    TestHost host{link, sizes};
    std::thread test{[&] {
      body(host);
      host.courier().leave();
    }};
    host.courier().run();
    test.join();
  }
};

}  // namespace

std::vector<std::string> cluster_kinds() { return {"mpi"}; }

std::unique_ptr<Cluster> make_cluster(const std::string&, int) { return std::make_unique<Ranks>(); }

}  // namespace mpyx::transport

int main(int argc, char** argv) {
  int provided = 0, rank = 0;
  MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  ::testing::InitGoogleTest(&argc, argv);
  auto& listeners = ::testing::UnitTest::GetInstance()->listeners();
  if (rank != 0) delete listeners.Release(listeners.default_result_printer());
  const int mine = RUN_ALL_TESTS();
  int all = 0;
  MPI_Allreduce(&mine, &all, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
  MPI_Finalize();
  return all;
}
