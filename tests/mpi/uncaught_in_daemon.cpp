// An error of a daemon that goes on without its pipeline: the same line and status, when it fails.
// hosts: 5
// run: 1 3
// exit: 1
// stderr: told at once
#include <mpyx/mpyx.hpp>

#include <iostream>
#include <stdexcept>

#include "mpi/captured.hpp"

namespace {

struct Picky : mpyx::F<int, void> {
  mpyx::Event go;
  Picky() = default;
  explicit Picky(mpyx::Event event) : go{event} {}
  void process(int x) override {
    go.wait();
    throw std::invalid_argument("cannot take " + std::to_string(x));
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(go);
  }
};

}  // namespace

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  Captured errors{STDERR_FILENO};
  mpyx::Event go;
  mpyx::EZ(mpyx::Iter(std::vector<int>{3}), Picky{go}).daemonize().start();
  go.set();
  const bool told = errors.wait_for("cannot take 3");
  errors.end();
  std::cerr << (told ? "told at once\n" : "not told\n");
}
