#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace image_pipeline {

/// Writes a line to stderr, whole even when several threads do; a progress line on the terminal makes room for it.
void say(std::string_view line);

/// "37 of 103 pictures, 12.3 per second"
[[nodiscard]] std::string progress_text(std::size_t done, std::size_t total, std::chrono::duration<double> elapsed);

/// Shows on stderr how far the work is: one line that overwrites itself on a terminal, else a line every second or so.
class Progress {
 public:
  explicit Progress(std::size_t total);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  /// Takes the self-overwriting line away.
  ~Progress();

  void one_more();
  [[nodiscard]] std::size_t done() const { return done_; }
  [[nodiscard]] std::chrono::duration<double> elapsed() const { return Clock::now() - begin_; }

 private:
  using Clock = std::chrono::steady_clock;

  std::size_t total_;
  std::size_t done_ = 0;
  Clock::time_point begin_ = Clock::now();
  Clock::time_point shown_ = begin_;
};

}  // namespace image_pipeline
