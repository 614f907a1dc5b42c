#include "console.hpp"

#include <cstdio>
#include <mutex>

#include <unistd.h>

namespace image_pipeline {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view k_clear_line = "\r\x1b[K";

/// stderr with at most one progress line at its end.
class Console {
 public:
  void say(std::string_view line) {
    const std::lock_guard lock{mutex_};
    const std::string text =
        (progress_.empty() ? "" : std::string{k_clear_line}) + std::string{line} + "\n" + progress_;
    write(text);
  }

  void show(const std::string& progress) {
    const std::lock_guard lock{mutex_};
    progress_ = progress;
    write(std::string{k_clear_line} + progress_);
  }

  [[nodiscard]] bool is_terminal() const { return is_terminal_; }

 private:
  /// One system call for the whole line, so that lines of several processes do not mix.
  static void write(std::string_view text) {
    while (!text.empty()) {
      const ssize_t n = ::write(STDERR_FILENO, text.data(), text.size());
      if (n <= 0) return;  // nobody is left to be told
      text.remove_prefix(static_cast<std::size_t>(n));
    }
  }

  std::mutex mutex_;
  std::string progress_;  // what the terminal's last line shows
  bool is_terminal_ = ::isatty(STDERR_FILENO) == 1;
};

Console& console() {
  static Console the_console;
  return the_console;
}

}  // namespace

void say(std::string_view line) { console().say(line); }

std::string progress_text(std::size_t done, std::size_t total, std::chrono::duration<double> elapsed) {
  const double rate = elapsed.count() > 0 ? static_cast<double>(done) / elapsed.count() : 0;
  char number[32];
  std::snprintf(number, sizeof number, "%.1f", rate);
  return std::to_string(done) + " of " + std::to_string(total) + " pictures, " + number + " per second";
}

Progress::Progress(std::size_t total) : total_{total} {}

Progress::~Progress() {
  if (console().is_terminal()) console().show("");
}

void Progress::one_more() {
  ++done_;
  const auto now = Clock::now();
  const auto period = console().is_terminal() ? Clock::duration{100ms} : Clock::duration{1s};
  if (now - shown_ < period) return;
  shown_ = now;
  const std::string text = progress_text(done_, total_, elapsed());
  if (console().is_terminal()) {
    console().show(text);
  } else {
    say(text);
  }
}

}  // namespace image_pipeline
