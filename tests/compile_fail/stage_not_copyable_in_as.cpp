// The same where As makes the stages, and a lambda.
// error: ‘mpyx::detail::can_be_copied<Count>’ evaluates to false
// error: mpyx: a lambda may capture only plain values
// errors: 2
#include <mpyx/mpyx.hpp>

#include <atomic>
#include <memory>
#include <mutex>

struct Count : mpyx::F<int, int> {
  std::mutex mutex;
  std::atomic<int> count;
  void process(int x) override { put(x); }
};

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Const(1, 3), mpyx::As<Count>(2), [p = std::make_unique<int>(1)](int x) { return x + *p; }).join();
}
