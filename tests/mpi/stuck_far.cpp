// A stage that does not heed the stop of the session's end is named, also on another host, and ends the job.
// hosts: 4
// exit: 1
// stderr: stage 'Stuck' (replica 1 of 1, rank 1 on h2) has not returned 0.5 s after the stop
#include <mpyx/mpyx.hpp>

#include <unistd.h>

#include <cstdlib>
#include <ranges>

using namespace mpyx;

namespace {

struct Stuck : F<int, void> {
  Event in;
  Stuck() = default;
  explicit Stuck(Event event) : in{event} {}
  void process(int) override {
    in.set();
    for (;;) ::pause();
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(in);
  }
};
int same(int x) { return x; }

}  // namespace

int main(int argc, char** argv) {
  ::setenv("MPYX_STOP_SECONDS", "0.5", 1);
  Session session{argc, argv};
  Event in;
  auto daemon = EZ(Iter(std::views::iota(0, 9)), S(same).on(Host{2}), S(Stuck{in}).on(Host{1})).daemonize();
  daemon.start();
  in.wait();
}
