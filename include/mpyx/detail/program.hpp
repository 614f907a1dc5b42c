#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace mpyx::detail {

/// A program that runs beside a stage, fed and read through pipes. Its stderr is collected all the while, so none of its
/// pipes can fill up unnoticed. Started by the session's helper process; killed and reaped when this object goes.
/// Used by one thread.
class Program {
 public:
  struct Options {
    bool feeds = false;              ///< its stdin is a pipe, else empty
    bool reads = false;              ///< its stdout is a pipe, else nowhere
    bool echo = false;               ///< its stderr also goes to this process's
    std::function<bool()> must_end;  ///< asked while waiting; once it says so, the wait throws Stopped
  };

  /// Starts argv[0], found in PATH; no shell. Throws Error when it cannot be started.
  Program(const std::vector<std::string>& argv, Options options);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// What one exchange() did. Nothing done and no end means: try again.
  struct Exchanged {
    std::size_t fed = 0;         ///< bytes of `food` that were written
    std::size_t got = 0;         ///< bytes that were read into `room`
    bool takes_no_more = false;  ///< it has closed its stdin
    bool gives_no_more = false;  ///< it has closed its stdout
  };
  /// Waits until it takes some of `food`, or gives something for `room`; both may be empty, then that side is left alone.
  /// `patient`: false does what can be done at once.
  Exchanged exchange(std::span<const std::byte> food, std::span<std::byte> room, bool patient = true);

  void close_stdin();
  /// Waits for its end. True when it exited with status 0; how_it_ended() tells otherwise.
  bool wait();
  const std::string& how_it_ended() const;  ///< "exited with status 1", after wait()
  /// The last lines of its stderr, each behind a newline.
  std::string last_lines() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mpyx::detail
