#include "process/helper.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "process/helper_process.hpp"
#include "process/helper_protocol.hpp"

namespace mpyx::process {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto k_end_limit = std::chrono::seconds(2);

struct SocketPair {
  Descriptor ours;
  Descriptor theirs;
};

std::optional<SocketPair> socket_pair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return {};
  return SocketPair{Descriptor(ends[0]), Descriptor(ends[1])};
}

// Whether the descriptor became readable (or reached its end) before the deadline.
bool wait_readable(int descriptor, std::optional<Clock::time_point> deadline) {
  pollfd wait{descriptor, POLLIN, 0};
  for (;;) {
    int milliseconds = -1;
    if (deadline) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - Clock::now()).count();
      milliseconds = static_cast<int>(std::clamp<decltype(left)>(left, 0, 1'000'000'000));
    }
    const int ready = ::poll(&wait, 1, milliseconds);
    if (ready > 0) return true;
    if (ready == 0 && deadline && Clock::now() >= *deadline) return false;
    if (ready < 0 && errno != EINTR) return true;  // a broken descriptor: let the read say so
  }
}

base::Failure cannot_start(const std::vector<std::string>& argv, const std::string& reason) {
  return {"cannot start '" + (argv.empty() ? std::string() : argv.front()) + "': " + reason};
}

base::Failure cannot_start(const std::vector<std::string>& argv, int reason) {
  return cannot_start(argv, std::generic_category().message(reason));
}

bool has_zero(std::string_view text) { return text.find('\0') != std::string_view::npos; }

bool representable(const std::vector<std::string>& argv, const EnvironmentChanges& changes) {
  if (argv.empty() || std::ranges::any_of(argv, has_zero)) return false;
  return std::ranges::none_of(changes, [](const auto& change) {
    const auto& [name, value] = change;
    return name.empty() || has_zero(name) || name.find('=') != std::string::npos || (value && has_zero(*value));
  });
}

}  // namespace

struct Child::State {
  pid_t pid = -1;
  Descriptor channel;
  std::mutex mutex;  // guards `ended` and reading from `channel`
  std::optional<ExitStatus> ended;

  std::optional<ExitStatus> poll_ended() {
    const std::lock_guard lock(mutex);
    if (ended) return ended;
    Report report;
    const Packet packet = receive_packet(channel.get(), &report, sizeof report, MSG_DONTWAIT);
    if (packet.size < 0 && (errno == EAGAIN || errno == ENOMEM)) return {};
    const bool whole = packet.size == static_cast<ssize_t>(sizeof report);
    // Without a report the helper is gone, and its death killed the child.
    ended = whole ? exit_status_of(report.value) : ExitStatus{.code = 0, .signal = SIGKILL};
    return ended;
  }
};

Child::Child(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
Child::Child(Child&&) noexcept = default;
Child& Child::operator=(Child&&) noexcept = default;
Child::~Child() = default;

pid_t Child::pid() const noexcept { return state_->pid; }

int Child::ended_descriptor() const noexcept { return state_->channel.get(); }

std::optional<ExitStatus> Child::wait_until(Deadline deadline) {
  for (;;) {
    if (auto status = state_->poll_ended()) return status;
    if (!wait_readable(state_->channel.get(), deadline)) return state_->poll_ended();
  }
}

std::optional<ExitStatus> Child::wait_for(std::chrono::nanoseconds limit) {
  return wait_until(Clock::now() + std::min<std::chrono::nanoseconds>(limit, std::chrono::hours(24 * 365)));
}

ExitStatus Child::wait() {
  for (;;) {
    if (auto status = state_->poll_ended()) return *status;
    wait_readable(state_->channel.get(), {});
  }
}

bool Child::kill(int signal) {
  if (state_->poll_ended()) return false;
  const SignalRequest request{.signal = signal};
  return send_packet(state_->channel.get(), &request, sizeof request);
}

struct Helper::State {
  pid_t pid = -1;
  Descriptor socket;
  // One request at a time: the helper works on one anyway, and descriptors on their way count against the user's limit.
  std::mutex mutex;

  ~State();
  base::Result<std::unique_ptr<Child::State>> start(const std::vector<std::string>& argv, const StartRequest& request,
                                                    const std::vector<int>& descriptors, SocketPair channel);
};

Helper::State::~State() {
  ::shutdown(socket.get(), SHUT_WR);
  // The helper closes its end by exiting.
  if (!wait_readable(socket.get(), Clock::now() + k_end_limit)) ::kill(pid, SIGKILL);
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

Helper::Helper(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
Helper::Helper(Helper&&) noexcept = default;
Helper& Helper::operator=(Helper&&) noexcept = default;
Helper::~Helper() = default;

pid_t Helper::pid() const noexcept { return state_->pid; }

Helper Helper::fork_helper() {
  auto pair = socket_pair();
  if (!pair) throw std::system_error(errno, std::generic_category(), "cannot connect a helper process");
  const pid_t self = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) throw std::system_error(errno, std::generic_category(), "cannot fork a helper process");
  if (pid == 0) {
    pair->ours.reset();
    run_helper(pair->theirs.get(), self);
  }
  auto state = std::make_unique<State>();
  state->pid = pid;
  state->socket = std::move(pair->ours);
  return Helper(std::move(state));
}

base::Result<std::unique_ptr<Child::State>> Helper::State::start(const std::vector<std::string>& argv,
                                                                 const StartRequest& request,
                                                                 const std::vector<int>& descriptors,
                                                                 SocketPair channel) {
  const std::lock_guard lock(mutex);
  if (!send_packet(socket.get(), &request, sizeof request, descriptors)) {
    if (errno == EPIPE || errno == ECONNRESET) return cannot_start(argv, "the helper process is gone");
    return cannot_start(argv, errno);
  }
  channel.theirs.reset();
  Report report;
  const Packet packet = receive_packet(channel.ours.get(), &report, sizeof report);
  if (packet.size != static_cast<ssize_t>(sizeof report)) {
    return cannot_start(argv, "the helper process is gone or out of file descriptors");
  }
  if (report.kind == Report::Kind::failed) return cannot_start(argv, report.value);
  auto child = std::make_unique<Child::State>();
  child->pid = report.value;
  child->channel = std::move(channel.ours);
  return child;
}

base::Result<Child> Helper::spawn(const std::vector<std::string>& argv, int stdin_fd, int stdout_fd, int stderr_fd,
                                  const EnvironmentChanges& changes) {
  if (!representable(argv, changes)) return cannot_start(argv, EINVAL);
  const Descriptor program = memory_file(encode({argv, changes}));
  const Descriptor folder(::open(".", O_PATH | O_DIRECTORY | O_CLOEXEC));
  auto channel = socket_pair();
  if (!program || !folder || !channel) return cannot_start(argv, errno);
  StartRequest request;
  std::vector<int> descriptors{channel->theirs.get(), program.get(), folder.get()};
  const int standard[] = {stdin_fd, stdout_fd, stderr_fd};
  for (unsigned i = 0; i < 3; ++i) {
    if (standard[i] < 0) continue;
    request.given |= 1U << i;
    descriptors.push_back(standard[i]);
  }
  auto child = state_->start(argv, request, descriptors, std::move(*channel));
  if (!child) return base::Failure{child.error()};
  return Child(std::move(*child));
}

}  // namespace mpyx::process
