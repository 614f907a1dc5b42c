#include "process/start_program.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

#include "process/descriptor.hpp"
#include "process/signals.hpp"

namespace mpyx::process {
namespace {

constexpr unsigned k_close_range_cloexec = 4;  // CLOSE_RANGE_CLOEXEC, absent from older kernel headers
constexpr std::string_view k_default_path = "/usr/local/bin:/usr/bin:/bin";

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> array;
  array.reserve(texts.size() + 1);
  for (const auto& text : texts) array.push_back(const_cast<char*>(text.c_str()));
  array.push_back(nullptr);
  return array;
}

std::string_view search_path(const std::vector<std::string>& environment) {
  for (std::string_view entry : environment) {
    if (entry.starts_with("PATH=")) return entry.substr(5);
  }
  return k_default_path;
}

// The files to try, in order. Not execvp(): that gives a file without an interpreter line to a shell.
std::vector<std::string> candidates(const ProgramImage& image) {
  const std::string& name = image.arguments.front();
  if (name.find('/') != std::string::npos || name.empty()) return {name};
  std::vector<std::string> files;
  std::string_view path = search_path(image.environment);
  for (;;) {
    const auto colon = path.find(':');
    const std::string_view folder = path.substr(0, colon);
    files.push_back((folder.empty() ? "." : std::string(folder)) + "/" + name);
    if (colon == std::string_view::npos) return files;
    path.remove_prefix(colon + 1);
  }
}

void reset_signals() {
  for (int number = 1; number <= SIGRTMAX; ++number) ::signal(number, SIG_DFL);  // refused for KILL, STOP: no matter
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

bool place_standard_descriptors(const ProgramImage& image) {
  for (int number = 0; number < 3; ++number) {
    int source = image.standard[number];
    if (source < 0) source = ::open("/dev/null", number == 0 ? O_RDONLY : O_WRONLY);
    if (source < 0 || ::dup2(source, number) < 0) return false;
    if (source > 2) ::fcntl(source, F_SETFD, FD_CLOEXEC);
  }
  ::syscall(SYS_close_range, 3U, ~0U, k_close_range_cloexec);  // all are close-on-exec anyway: for what we overlooked
  return true;
}

// In the child. Returns the errno when the program cannot be executed.
int become(const ProgramImage& image, pid_t parent) {
  ::setpgid(0, 0);
  reset_signals();
  die_with_parent(SIGKILL, parent);
  if (image.working_directory >= 0 && ::fchdir(image.working_directory) != 0) return errno;
  if (!place_standard_descriptors(image)) return errno;
  ::setrlimit(RLIMIT_NOFILE, &image.open_files);
  const auto arguments = pointers(image.arguments);
  const auto environment = pointers(image.environment);
  const auto files = candidates(image);
  int reason = ENOENT;
  for (const auto& file : files) {
    ::execve(file.c_str(), arguments.data(), environment.data());
    const int refusal = errno;
    // A folder of PATH that we may not enter says nothing about the program.
    const bool unknown = refusal == EACCES && files.size() > 1 && ::access(file.c_str(), F_OK) != 0;
    if (refusal != ENOENT && refusal != ENOTDIR && !unknown) reason = refusal;
    if (reason != ENOENT && reason != EACCES) break;
  }
  return reason;
}

int read_failure(int pipe) {
  int reason = 0;
  ssize_t got = -1;
  do {
    got = ::read(pipe, &reason, sizeof reason);
  } while (got < 0 && errno == EINTR);
  return got == static_cast<ssize_t>(sizeof reason) ? reason : 0;
}

}  // namespace

pid_t start_program(const ProgramImage& image) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return -errno;
  Descriptor reader(ends[0]);
  Descriptor writer(ends[1]);
  const pid_t self = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return -errno;
  if (pid == 0) {
    const int reason = become(image, self);
    if (::write(writer.get(), &reason, sizeof reason) < 0) ::_exit(126);
    ::_exit(127);
  }
  writer.reset();
  const int reason = read_failure(reader.get());  // the pipe closes without a word when the program runs
  if (reason == 0) return pid;
  ::waitpid(pid, nullptr, 0);
  return -reason;
}

}  // namespace mpyx::process
