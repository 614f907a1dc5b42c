#include "process/helper_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <fstream>
#include <string>
#include <vector>

#include "process/helper_protocol.hpp"
#include "process/start_program.hpp"

namespace mpyx::process {
namespace {

constexpr int k_socket = 3;
constexpr int k_parent_died = SIGUSR2;  // chosen as parent-death signal; blocked, read from the signal descriptor

struct Supervised {
  pid_t pid = -1;
  Descriptor channel;
};

void close_from(unsigned first) {
  if (::syscall(SYS_close_range, first, ~0U, 0U) == 0) return;
  rlimit limit{};  // before Linux 5.9
  ::getrlimit(RLIMIT_NOFILE, &limit);
  for (rlim_t number = first; number < limit.rlim_cur; ++number) ::close(static_cast<int>(number));
}

// Standard streams become /dev/null: a helper that outlives its parent for a moment must not keep its pipes open.
void keep_only(int socket) {
  if (::dup2(socket, k_socket) < 0) ::_exit(1);
  ::fcntl(k_socket, F_SETFD, FD_CLOEXEC);
  for (int number = 0; number < 3; ++number) ::close(number);
  if (::open("/dev/null", O_RDONLY) != 0) ::_exit(1);
  for (int number = 1; number < 3; ++number) {
    if (::open("/dev/null", O_WRONLY) != number) ::_exit(1);
  }
  close_from(k_socket + 1);
}

Descriptor prepare_signals() {
  for (int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGUSR1}) ::signal(number, SIG_IGN);
  for (int number : {SIGCHLD, k_parent_died}) ::signal(number, SIG_DFL);
  for (int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) ::signal(number, SIG_DFL);
  sigset_t wanted;
  sigemptyset(&wanted);
  sigaddset(&wanted, SIGCHLD);
  sigaddset(&wanted, k_parent_died);
  ::sigprocmask(SIG_SETMASK, &wanted, nullptr);
  return Descriptor(::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
}

// The limit that children get; the helper's own is raised: it holds one descriptor for each child.
rlimit raise_open_files() {
  rlimit inherited{};
  ::getrlimit(RLIMIT_NOFILE, &inherited);
  rlimit raised = inherited;
  raised.rlim_cur = raised.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &raised);
  return inherited;
}

class HelperProcess {
 public:
  HelperProcess(Descriptor signals, rlimit open_files, pid_t parent)
      : signals_(std::move(signals)), open_files_(open_files), parent_(parent) {}

  void run() {
    while (parent_lives_) {
      wait();
      for (std::size_t i = 0; i < children_.size(); ++i) {
        if (waits_[i + 2].revents != 0) obey(children_[i]);
      }
      if (waits_[1].revents != 0) take_signals();
      reap();
      std::erase_if(children_, [](const Supervised& child) { return !child.channel; });
      if (waits_[0].revents != 0) take_request();
    }
    kill_everything();
  }

 private:
  // [0] the parent's socket, [1] signals, then one channel for each child.
  void wait() {
    waits_.assign({{k_socket, POLLIN, 0}, {signals_.get(), POLLIN, 0}});
    for (const auto& child : children_) waits_.push_back({child.channel.get(), POLLIN, 0});
    while (::poll(waits_.data(), waits_.size(), -1) < 0 && errno == EINTR) {
    }
  }

  void obey(Supervised& child) {
    SignalRequest request;
    const Packet packet = receive_packet(child.channel.get(), &request, sizeof request, MSG_DONTWAIT);
    if (packet.size < 0 && errno == EAGAIN) return;
    if (packet.size == static_cast<ssize_t>(sizeof request)) {
      send_signal(child.pid, request.signal);
      return;
    }
    send_signal(child.pid, SIGKILL);  // the parent let go of it; reap() cleans up
    child.channel.reset();
  }

  // The child is not reaped yet, so neither its pid nor its group can belong to somebody else.
  static void send_signal(pid_t pid, int signal) {
    if (::kill(-pid, signal) != 0) ::kill(pid, signal);
  }

  void take_signals() {
    signalfd_siginfo info{};
    while (::read(signals_.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
    }
    // The death signal also comes when only the forking *thread* of the parent ended.
    if (::getppid() != parent_) parent_lives_ = false;
  }

  // Also reaps descendants whose own parents died: this process is their subreaper.
  void reap() {
    int status = 0;
    for (pid_t pid = ::waitpid(-1, &status, WNOHANG); pid > 0; pid = ::waitpid(-1, &status, WNOHANG)) {
      for (auto& child : children_) {
        if (child.pid != pid) continue;
        report(child.channel.get(), Report::Kind::ended, status);
        child.channel.reset();
      }
    }
  }

  static void report(int channel, Report::Kind kind, int value) {
    const Report report{.kind = kind, .value = value};
    send_packet(channel, &report, sizeof report);  // a parent that does not listen any more is no failure
  }

  void take_request() {
    StartRequest request;
    Packet packet = receive_packet(k_socket, &request, sizeof request, MSG_DONTWAIT);
    if (packet.size < 0 && (errno == EAGAIN || errno == EMFILE || errno == ENOMEM)) return;
    if (packet.size <= 0) {
      parent_lives_ = false;
      return;
    }
    // A truncated packet's channel closes here: the parent sees the end of the stream instead of an answer.
    if (packet.truncated || packet.size != static_cast<ssize_t>(sizeof request)) return;
    start(request, packet.descriptors);
  }

  void start(const StartRequest& request, std::vector<Descriptor>& passed) {
    const std::size_t expected = 3 + static_cast<std::size_t>(__builtin_popcount(request.given & 7U));
    if (passed.size() != expected) return;
    Descriptor channel = std::move(passed[0]);
    const auto bytes = read_whole(passed[1].get());
    auto program = bytes ? decode_program(*bytes) : std::nullopt;
    if (!program) return report(channel.get(), Report::Kind::failed, EINVAL);
    ProgramImage image;
    image.environment = child_environment(environ, program->changes);
    image.arguments = std::move(program->arguments);
    image.working_directory = passed[2].get();
    image.open_files = open_files_;
    std::size_t next = 3;
    for (std::size_t i = 0; i < 3; ++i) {
      if ((request.given & (1U << i)) != 0) image.standard[i] = passed[next++].get();
    }
    const pid_t pid = start_program(image);
    if (pid < 0) return report(channel.get(), Report::Kind::failed, -pid);
    report(channel.get(), Report::Kind::started, pid);
    children_.push_back({pid, std::move(channel)});
  }

  // Descendants of a killed process become children of this one and are killed in the next round.
  void kill_everything() {
    for (const auto& child : children_) send_signal(child.pid, SIGKILL);
    children_.clear();
    while (kill_listed_children()) {
      if (::waitpid(-1, nullptr, 0) < 0 && errno == ECHILD) return;
    }
  }

  // False when the kernel keeps no list of children: then only the process groups were killed.
  static bool kill_listed_children() {
    const std::string self = std::to_string(::getpid());
    std::ifstream list("/proc/" + self + "/task/" + self + "/children");
    pid_t pid = 0;
    const bool known = list.is_open();
    while (list >> pid) ::kill(pid, SIGKILL);
    return known;
  }

  Descriptor signals_;
  rlimit open_files_;
  pid_t parent_;
  bool parent_lives_ = true;
  std::vector<pollfd> waits_;
  std::vector<Supervised> children_;
};

}  // namespace

void run_helper(int socket, pid_t parent) {
  ::prctl(PR_SET_NAME, "mpyx-helper");
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  keep_only(socket);
  Descriptor signals = prepare_signals();
  ::prctl(PR_SET_PDEATHSIG, k_parent_died);
  if (!signals || ::getppid() != parent) ::_exit(1);
  try {
    HelperProcess(std::move(signals), raise_open_files(), parent).run();
  } catch (const std::exception&) {
    ::_exit(1);  // out of memory; the children die with this process, the parent sees the end of the stream
  }
  ::_exit(0);
}

}  // namespace mpyx::process
