#include "runtime/lines.hpp"

#include <unistd.h>

#include <cstdio>

#include "process/blocking.hpp"

namespace mpyx::runtime {

StandardOutput::StandardOutput() {
  process::make_blocking(STDOUT_FILENO);
  process::make_blocking(STDERR_FILENO);  // our messages
}

void StandardOutput::print(std::string_view lines, const std::function<bool()>&) {
  const std::lock_guard lock{mutex_};
  std::fwrite(lines.data(), 1, lines.size(), stdout);
}

void StandardOutput::flush() {
  const std::lock_guard lock{mutex_};
  std::fflush(stdout);
}

void RemoteOutput::print(std::string_view lines, const std::function<bool()>& stop) {
  if (!sender_->send(std::as_bytes(std::span{lines}), stop)) throw Stopped{};
}

}  // namespace mpyx::runtime
