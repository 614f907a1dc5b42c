#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <regex>
#include <string>
#include <thread>

/// What this process writes to a descriptor while this object lives, in memory; other threads can wait for it.
class Captured {
 public:
  explicit Captured(int descriptor) : descriptor_{descriptor} {
    std::fflush(nullptr);
    saved_ = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) std::abort();
    read_ = ends[0];
    ::dup2(ends[1], descriptor);
    ::close(ends[1]);
    reader_ = std::thread{[this] { read(); }};
  }
  ~Captured() { end(); }

  /// Whether the expression was found in time.
  bool wait_for(const std::string& expression, std::chrono::seconds limit = std::chrono::seconds{20}) {
    const std::regex wanted{expression};
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, limit, [&] { return std::regex_search(text_, wanted); });
  }
  /// Ends the capture and returns all of it. Idempotent.
  const std::string& end() {
    if (saved_ < 0) return text_;
    std::fflush(nullptr);
    ::dup2(saved_, descriptor_);  // the last writing end goes
    ::close(saved_);
    saved_ = -1;
    reader_.join();
    ::close(read_);
    return text_;
  }

 private:
  void read() {
    std::array<char, 4096> piece{};
    for (ssize_t got = 0; (got = ::read(read_, piece.data(), piece.size())) > 0;) {
      {
        const std::lock_guard lock{mutex_};
        text_.append(piece.data(), static_cast<std::size_t>(got));
      }
      changed_.notify_all();
    }
  }

  int descriptor_;
  int saved_ = -1;
  int read_ = -1;
  std::thread reader_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string text_;
};
