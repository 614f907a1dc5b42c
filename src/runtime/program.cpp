#include <mpyx/detail/program.hpp>
#include <mpyx/error.hpp>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <deque>
#include <optional>
#include <system_error>
#include <utility>

#include "process/descriptor.hpp"
#include "process/session_helper.hpp"

namespace mpyx::detail {

namespace {

using process::Descriptor;

/// A stage's wait is ended by a futex, a program's pipes are waited for with poll(): nothing waits for both. So poll()
/// returns this often to ask; a stop is noticed within that time, at the price of 50 wake-ups a second while it waits.
constexpr int ask_every_ms = 20;
constexpr int pipe_bytes = 1 << 20;  // the most that everybody may ask for
constexpr std::size_t kept_lines = 12;
constexpr std::size_t longest_line = 1000;

[[noreturn]] void fail(const char* what) { throw std::system_error{errno, std::generic_category(), what}; }

struct Ends {
  Descriptor ours;
  Descriptor theirs;
};

/// For its stdin. A socket, since only that can be written to without the risk of SIGPIPE.
Ends feeding_ends() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) fail("no socket for a program");
  ::setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &pipe_bytes, sizeof pipe_bytes);
  ::shutdown(ends[0], SHUT_RD);
  return {Descriptor{ends[0]}, Descriptor{ends[1]}};
}

Ends reading_ends() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) fail("no pipe for a program");
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  ::fcntl(ends[0], F_SETPIPE_SZ, pipe_bytes);
  return {Descriptor{ends[0]}, Descriptor{ends[1]}};
}

bool nothing_now() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

/// The last lines of a stream of text, which stderr may get as well; a carriage return ends a line as well (progress reports).
class Tail {
 public:
  explicit Tail(bool echo) : echo_{echo} {}
  void add(std::string_view text) {
    for (const char c : text) {
      if (c == '\n' || c == '\r') {
        end_line();
      } else if (line_.size() < longest_line) {
        line_ += c;
      }
    }
  }
  std::string text() const {
    std::string all;
    for (const auto& line : lines_) all += "\n" + line;
    return line_.empty() ? all : all + "\n" + line_;
  }

 private:
  void end_line() {
    if (line_.empty()) return;
    if (echo_) std::fputs((line_ + "\n").c_str(), stderr);
    lines_.push_back(std::exchange(line_, {}));
    if (lines_.size() > kept_lines) lines_.pop_front();
  }
  bool echo_;
  std::deque<std::string> lines_;
  std::string line_;
};

}  // namespace

class Program::Impl {
 public:
  Impl(const std::vector<std::string>& argv, Options options) : options_{std::move(options)}, tail_{options_.echo} {
    process::Helper* helper = process::session_helper();
    if (helper == nullptr) throw Error{"mpyx: no Session: '" + argv.front() + "' is started by its helper process"};
    Ends in, out, err = reading_ends();
    if (options_.feeds) in = feeding_ends();
    if (options_.reads) out = reading_ends();
    auto child = helper->spawn(argv, in.theirs.get(), out.theirs.get(), err.theirs.get());
    if (!child) throw Error{"mpyx: " + child.error() + "; is it installed, and its folder in PATH?"};
    child_.emplace(std::move(child).value());
    stdin_ = std::move(in.ours);
    stdout_ = std::move(out.ours);
    stderr_ = std::move(err.ours);
  }

  Exchanged exchange(std::span<const std::byte> food, std::span<std::byte> room, bool patient) {
    Exchanged done;
    for (;;) {
      const bool feeding = !food.empty() && stdin_, reading = !room.empty() && stdout_;
      std::array<pollfd, 3> waits{pollfd{feeding ? stdin_.get() : -1, POLLOUT, 0},
                                  pollfd{reading ? stdout_.get() : -1, POLLIN, 0}, pollfd{stderr_.get(), POLLIN, 0}};
      wait_for(waits, patient);
      if (waits[2].revents != 0) listen();
      if (waits[0].revents != 0) feed(food, done);
      if (waits[1].revents != 0) read(room, done);
      done.takes_no_more = !food.empty() && !stdin_;
      done.gives_no_more = !room.empty() && !stdout_;
      if (!patient || done.fed + done.got > 0 || done.takes_no_more || done.gives_no_more) return done;
    }
  }

  void close_stdin() { stdin_.reset(); }

  bool wait() {
    stdin_.reset();
    while (!child_->wait_for({})) {
      std::array<pollfd, 2> waits{pollfd{child_->ended_descriptor(), POLLIN, 0}, pollfd{stderr_.get(), POLLIN, 0}};
      wait_for(waits, true);
      if (waits[1].revents != 0) listen();
    }
    listen();  // a last time: what it wrote before it ended
    const process::ExitStatus status = *child_->wait_for({});
    how_ = process::describe(status);
    return status.success();
  }

  const std::string& how_it_ended() const { return how_; }
  std::string last_lines() const { return tail_.text(); }

 private:
  template <std::size_t Size>
  void wait_for(std::array<pollfd, Size>& waits, bool patient) {
    for (;;) {
      if (options_.must_end && options_.must_end()) throw Stopped{};
      const int ready = ::poll(waits.data(), waits.size(), patient ? ask_every_ms : 0);
      if (ready > 0 || !patient) return;
      if (ready < 0 && errno != EINTR) fail("cannot wait for a program");
    }
  }

  void feed(std::span<const std::byte> food, Exchanged& done) {
    const ssize_t sent = ::send(stdin_.get(), food.data(), food.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) {
      done.fed += static_cast<std::size_t>(sent);
    } else if (!nothing_now()) {
      stdin_.reset();
    }
  }

  void read(std::span<std::byte> room, Exchanged& done) {
    const ssize_t got = ::read(stdout_.get(), room.data(), room.size());
    if (got > 0) {
      done.got += static_cast<std::size_t>(got);
    } else if (got == 0 || !nothing_now()) {
      stdout_.reset();
    }
  }

  void listen() {
    std::array<char, 4096> text;
    while (stderr_) {
      const ssize_t got = ::read(stderr_.get(), text.data(), text.size());
      if (got > 0) {
        tail_.add({text.data(), static_cast<std::size_t>(got)});
      } else {
        if (got == 0 || !nothing_now()) stderr_.reset();
        return;
      }
    }
  }

  Options options_;
  std::optional<process::Child> child_;  // goes last: killed once its pipes are closed
  Descriptor stdin_, stdout_, stderr_;
  Tail tail_;
  std::string how_;
};

Program::Program(const std::vector<std::string>& argv, Options options)
    : impl_{std::make_unique<Impl>(argv, std::move(options))} {}
Program::~Program() = default;

Program::Exchanged Program::exchange(std::span<const std::byte> food, std::span<std::byte> room, bool patient) {
  return impl_->exchange(food, room, patient);
}
void Program::close_stdin() { impl_->close_stdin(); }
bool Program::wait() { return impl_->wait(); }
const std::string& Program::how_it_ended() const { return impl_->how_it_ended(); }
std::string Program::last_lines() const { return impl_->last_lines(); }

}  // namespace mpyx::detail
