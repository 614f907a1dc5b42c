#pragma once

#include <boost/mpi/communicator.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <iterator>
#include <thread>
#include <vector>

#include "topology/host.hpp"
#include "transport/mpi_process.hpp"

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

/// All ranks of a job as a binomial tree with rank 0 at its root, for what they tell each other when it starts: 2 log n steps.
/// Not MPI's own collectives, for two reasons. There both sides of a pair send at once and so connect at once, which
/// Open MPI 4.1 settles by closing one of the two connections, and on a loaded machine sometimes both, for ever; here
/// a child speaks first and its parent answers on the same connection. And there waiting ranks compute, so that many
/// ranks on few cores keep each other from starting; here they sleep.
///
///     0 <- 1, 2, 4, 8 ...     2 <- 3     4 <- 5, 6     6 <- 7        parent: the lowest bit cleared
///
/// The ranks below r are r + 1 ... r + lowest bit of r - 1, so what is gathered is in the order of ranks, and a tree's lower
/// parts lie within hosts.
class RankTree {
 public:
  /// `waits_for`: shows which rank it waits for.
  RankTree(const boost::mpi::communicator& world, std::atomic<int>& waits_for)
      : world_{world}, waits_for_{&waits_for}, rank_{world.rank()}, size_{world.size()} {}

  /// What each rank says, by rank. Collective.
  template <class T>
  std::vector<T> all_gather(T mine) const {
    std::vector<T> all;
    all.push_back(std::move(mine));
    for (int step = 1; has_child(step); step *= 2) {
      auto more = receive<std::vector<T>>(rank_ + step);
      all.insert(all.end(), std::move_iterator{more.begin()}, std::move_iterator{more.end()});
    }
    if (rank_ != 0) {
      const int parent = rank_ & (rank_ - 1);
      send(parent, all);
      all = receive<std::vector<T>>(parent);
    }
    int step = 1;
    while (has_child(step)) step *= 2;
    while (step > 1) send(rank_ + (step /= 2), all);  // the largest part has the longest way
    return all;
  }

  template <class T>
  void send(int to, const T& value) const {
    world_.send(to, tag, value);
  }
  /// Sleeps until it has come: MPI would compute.
  template <class T>
  T receive(int from) const {
    constexpr int yields = 200;
    constexpr std::chrono::microseconds longest{2000};
    waits_for_->store(from, std::memory_order_relaxed);
    std::chrono::microseconds pause{20};
    for (int i = 0; !world_.iprobe(from, tag); ++i) {
      if (i < yields) {
        std::this_thread::yield();
        continue;
      }
      std::this_thread::sleep_for(pause);  // not synchronisation: the message is what ends the wait
      pause = std::min(pause * 3 / 2, longest);
    }
    T value;
    world_.recv(from, tag, value);
    return value;
  }

 private:
  static constexpr int tag = 0;  // links use others

  bool has_child(int step) const { return (rank_ & step) == 0 && (rank_ & (step - 1)) == 0 && rank_ + step < size_; }

  boost::mpi::communicator world_;
  std::atomic<int>* waits_for_;
  int rank_;
  int size_;
};

}  // namespace mpyx::transport
