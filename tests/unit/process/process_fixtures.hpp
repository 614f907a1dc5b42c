#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iterator>
#include <string>
#include <utility>

#include "process/descriptor.hpp"
#include "process/proc_stat.hpp"

namespace mpyx::process {

using namespace std::chrono_literals;

struct Pipe {
  Descriptor reader;
  Descriptor writer;
};

inline Pipe make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) std::abort();
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

inline bool readable_within(int descriptor, std::chrono::milliseconds limit) {
  pollfd wait{descriptor, POLLIN, 0};
  return ::poll(&wait, 1, static_cast<int>(limit.count())) > 0;
}

// Everything until the end, or what came until 20 s passed without a byte.
inline std::string read_all(int descriptor) {
  std::string text;
  char block[4096];
  while (readable_within(descriptor, 20s)) {
    const ssize_t got = ::read(descriptor, block, sizeof block);
    if (got <= 0) break;
    text.append(block, static_cast<std::size_t>(got));
  }
  return text;
}

// One line, without its newline.
inline std::string read_line(int descriptor) {
  std::string text;
  char letter = 0;
  while (readable_within(descriptor, 20s) && ::read(descriptor, &letter, 1) == 1 && letter != '\n') text += letter;
  return text;
}

inline int open_descriptors() {
  return static_cast<int>(std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}));
}

// For states that the kernel reaches by itself and announces to nobody here.
inline bool eventually(std::chrono::milliseconds limit, const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    ::poll(nullptr, 0, 1);
  }
  return true;
}

inline bool alive(pid_t pid) {
  const auto stat = read_proc_stat(pid);
  return stat && !stat->dead();
}

inline bool exists(pid_t pid) { return read_proc_stat(pid).has_value(); }

// Runs `body` in a forked process that has only the calling thread; its result is the exit code.
inline pid_t fork_running(const std::function<int()>& body) {
  std::fflush(nullptr);  // a crash must not write our output again
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(body());
  return pid;
}

inline int wait_status_of(pid_t pid) {
  int status = -1;
  ::waitpid(pid, &status, 0);
  return status;
}

}  // namespace mpyx::process
