// The error for which a pipeline was stopped is told, though a stage that does not return keeps join() from throwing it.
// run: 1 3    sanitize: no
// exit: 1
// stderr: the disk is full
#include <mpyx/mpyx.hpp>

#include <unistd.h>

#include <cstdlib>
#include <ranges>
#include <stdexcept>

using namespace mpyx;

namespace {

struct Waits : F<int, void> {
  Event in;
  bool fails = false;
  Waits() = default;
  Waits(Event event, bool does_fail) : in{event}, fails{does_fail} {}
  void process(int) override {
    if (fails) {
      in.wait();
      throw std::runtime_error{"the disk is full"};
    }
    in.set();
    for (;;) ::pause();
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(in, fails);
  }
};

}  // namespace

int main(int argc, char** argv) {
  ::setenv("MPYX_STOP_SECONDS", "0.5", 1);
  Session session{argc, argv};
  Event in;
  EZ(Iter(std::views::iota(0, 1)), B(Waits{in, true}, Waits{in, false})).join();
}
