// A rank that does not know a stage of a graph, as one that has not loaded the library it is from, refuses it: the run fails.
// hosts: 5
// run: 2 3 4    compare: exact
#include <mpyx/mpyx.hpp>

#include <cstdlib>
#include <iostream>
#include <string_view>
#include <vector>

namespace {

bool coordinates() {
  const char* rank = std::getenv("OMPI_COMM_WORLD_RANK");
  return rank == nullptr || std::string_view{rank} == "0";
}

}  // namespace

int main(int argc, char** argv) {
  if (!coordinates()) mpyx::detail::StageType::first = nullptr;
  mpyx::Session session{argc, argv};
  for (int i = 0; i < 3; ++i) {
    auto pipeline = mpyx::EZ(mpyx::Iter(std::vector<int>(1000)), mpyx::As(3, [](int x) { return x; }), [](int) {});
    try {
      pipeline.join();
      std::cout << "it ran\n";
    } catch (const mpyx::StageError& error) {
      std::cout << error.phase() << ": " << error.message() << '\n';
    }
  }
}
