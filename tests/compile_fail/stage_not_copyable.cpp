// A stage that holds something that cannot be copied, in the middle and as a source whose items are read.
// error: mpyx: a stage is copied into the graph: hold what cannot be copied (files, connections, threads, mutexes, atomics) in a std::shared_ptr that setup() makes
// error: ‘mpyx::detail::can_be_copied<Lines>’ evaluates to false
// errors: 1
#include <mpyx/mpyx.hpp>

#include <fstream>
#include <memory>
#include <string>

struct Lines : mpyx::F<void, std::string> {
  std::ifstream file;
  std::unique_ptr<int> count;
};

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  for (const std::string& line : mpyx::EZ(Lines{}, mpyx::Print{}).items()) return static_cast<int>(line.size());
  mpyx::EZ(mpyx::As(2, Lines{}), mpyx::stage(mpyx::S(mpyx::Print{}))).join();
}
