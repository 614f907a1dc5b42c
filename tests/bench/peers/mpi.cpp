// Plain MPI from rank 0 to rank 1, with windows of messages under way.
//   mpi hello | pingpong COUNT [PERIOD_NS] | items BYTES COUNT EACH [work]     (EACH items in one message)
#include <mpi.h>

#include <array>
#include <thread>

#include "../bench.hpp"

namespace {

constexpr int window = 64;

unsigned sum(const std::vector<unsigned char>& bytes) {
  unsigned total = 0;
  for (const auto byte : bytes) total += byte;
  return total;
}

/// One side of a stream of messages, `window` of them under way. `work`: each side touches every byte.
class Side {
 public:
  Side(int rank, int message_bytes, bool works) : rank_{rank}, bytes_{message_bytes}, works_{works} {
    requests_.fill(MPI_REQUEST_NULL);
    for (auto& buffer : buffers_) buffer.resize(static_cast<std::size_t>(message_bytes), 1);
  }
  void run(long messages) {
    for (long i = 0; i < messages + depth(); ++i) {
      const auto slot = static_cast<std::size_t>(i % depth());
      MPI_Wait(&requests_[slot], MPI_STATUS_IGNORE);
      if (rank_ == 1 && works_ && i >= depth() && sum(buffers_[slot]) == 1) std::abort();
      if (i < messages) begin(slot, i);
    }
    char done = 0;
    if (rank_ == 0) MPI_Recv(&done, 1, MPI_CHAR, 1, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    if (rank_ == 1) MPI_Send(&done, 1, MPI_CHAR, 0, 1, MPI_COMM_WORLD);
  }

 private:
  long depth() const { return bytes_ > (1 << 20) ? 4 : window; }
  void begin(std::size_t slot, long number) {
    auto& buffer = buffers_[slot];
    if (rank_ == 0) {
      if (works_) std::fill(buffer.begin(), buffer.end(), static_cast<unsigned char>(number));
      MPI_Isend(buffer.data(), bytes_, MPI_BYTE, 1, 0, MPI_COMM_WORLD, &requests_[slot]);
    } else {
      MPI_Irecv(buffer.data(), bytes_, MPI_BYTE, 0, 0, MPI_COMM_WORLD, &requests_[slot]);
    }
  }

  int rank_;
  int bytes_;
  bool works_;
  std::array<MPI_Request, window> requests_;
  std::array<std::vector<unsigned char>, window> buffers_;
};

void items(int rank, int argc, char** argv) {
  const long bytes = bench::number(argc, argv, 2);
  const long count = bench::number(argc, argv, 3);
  const long each = bench::number(argc, argv, 4, 1);
  Side side{rank, static_cast<int>(bytes * each), bench::word(argc, argv, 5) == "work"};
  side.run(bytes * each > (1 << 20) ? 4 : window);  // connections and memory are made by the first
  const bench::Stopwatch watch;
  side.run(count / each);
  if (rank == 0) bench::report(static_cast<double>(count) / watch.seconds(), "items/s");
}

/// The median time one way; with a period, of exchanges that find both sides idle, but for MPI's own spinning.
void pingpong(int rank, long count, long period_ns) {
  std::vector<long> all;
  long word = 0;
  for (long i = 0; i < count; ++i) {
    if (rank == 0) {
      if (period_ns > 0) std::this_thread::sleep_for(std::chrono::nanoseconds{period_ns});
      const auto begin = bench::now_ns();
      MPI_Send(&word, 1, MPI_LONG, 1, 0, MPI_COMM_WORLD);
      MPI_Recv(&word, 1, MPI_LONG, 1, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
      all.push_back((bench::now_ns() - begin) / 2);
    } else {
      MPI_Recv(&word, 1, MPI_LONG, 0, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
      MPI_Send(&word, 1, MPI_LONG, 0, 0, MPI_COMM_WORLD);
    }
  }
  if (rank == 0) bench::report(static_cast<double>(bench::median(all)) / 1000, "us");
}

}  // namespace

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  const std::string what = bench::word(argc, argv, 1);
  if (what == "items" && rank < 2) items(rank, argc, argv);
  if (what == "pingpong" && rank < 2) pingpong(rank, bench::number(argc, argv, 2), bench::number(argc, argv, 3));
  MPI_Finalize();
}
