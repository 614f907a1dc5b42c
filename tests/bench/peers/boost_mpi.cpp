// Serialized objects from rank 0 over rank 1 to rank 2 with Boost.MPI.   boost_mpi string|record ITEMS
#include <boost/mpi.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>

#include "../bench.hpp"

namespace boost::serialization {
template <class Archive>
void serialize(Archive& archive, bench::Record& record, unsigned) {
  archive& record.name& record.values& record.number;
}
}  // namespace boost::serialization

namespace mpi = boost::mpi;

namespace {

template <class Item>
void chain(const mpi::communicator& world, long items, const Item& sample) {
  Item item = sample;
  const bench::Stopwatch watch;
  for (long i = 0; i < items; ++i) {
    if (world.rank() > 0) world.recv(world.rank() - 1, 0, item);
    if (world.rank() < 2) world.send(world.rank() + 1, 0, item);
  }
  world.barrier();
  if (world.rank() == 0) bench::report(static_cast<double>(items) / watch.seconds(), "items/s");
}

}  // namespace

int main(int argc, char** argv) {
  const mpi::environment environment{argc, argv};
  const mpi::communicator world;
  const std::string what = bench::word(argc, argv, 1);
  const long items = bench::number(argc, argv, 2);
  if (what == "string") chain(world, items, std::string(64, 'x'));
  if (what == "record") chain(world, items, bench::sample_record());
}
