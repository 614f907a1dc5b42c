#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

/// What all programs of the bench share, those of peers too: the same work and the same clock. It knows nothing of mpyx.
namespace bench {

using Clock = std::chrono::steady_clock;

inline std::int64_t now_ns() { return std::chrono::nanoseconds{Clock::now().time_since_epoch()}.count(); }

class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(Clock::now() - begin_).count(); }

 private:
  Clock::time_point begin_ = Clock::now();
};

/// The one line that `run` reads.
inline void report(double value, const char* unit) {
  std::printf("BENCH %.9g %s\n", value, unit);
  std::fflush(stdout);
}

/// Work that takes time in proportion to `steps` on whatever core it runs: a chain of multiplications.
inline std::uint64_t spin(std::uint64_t steps, std::uint64_t seed = 1) {
  for (std::uint64_t i = 0; i < steps; ++i) {
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    asm volatile("" : "+r"(seed));
  }
  return seed;
}

/// Of the skewed farm: every 50th item is 100 times dearer.
inline std::uint64_t skewed(long item, std::uint64_t steps) { return item % 50 == 0 ? steps * 100 : steps; }

template <class T>
T median(std::vector<T> values) {
  if (values.empty()) return {};
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

/// Busy until that time: for whoever paces items closer than the system can sleep.
inline void wait_until(std::int64_t when) {
  while (now_ns() < when) __builtin_ia32_pause();
}

inline long number(int argc, char** argv, int index, long otherwise = 0) {
  return index < argc ? std::atol(argv[index]) : otherwise;
}
inline std::string word(int argc, char** argv, int index, const char* otherwise = "") {
  return index < argc ? argv[index] : otherwise;
}

[[noreturn]] inline void wrong_case(const char* program) {
  std::fprintf(stderr, "%s: no such case\n", program);
  std::exit(2);
}

/// What items of the third kind are: a struct with a string and a vector.
struct Record {
  std::string name;
  std::vector<double> values;
  int number = 0;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(name, values, number);
  }
};
inline Record sample_record() { return {"a name of thirty-two characters.", std::vector<double>(8, 1.5), 7}; }

}  // namespace bench
