#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace mpyx::coordinator {

/// What a Watcher looks at: a run. Called by the watcher's thread only. `now`: now_ns().
class Watched {
 public:
  virtual ~Watched() = default;
  virtual std::string table(std::int64_t now, std::int64_t period_ns) = 0;  ///< of the time since the last one
  virtual std::string summary(std::int64_t now) = 0;                        ///< of all the time
  /// Who has been waiting for whom for so long; empty when nobody has, or when it was told before.
  virtual std::string stall(std::int64_t now, std::int64_t stall_ns, bool others_run) = 0;
};

/// Looks after all runs of a session, on one thread that sleeps in between: prints tables of the watched ones, and says when
/// one has come to a standstill. The thread is started with the first run and looks at nobody's work but through snapshots.
/// All functions from any thread but its own.
class Watcher {
 public:
  using Print = std::function<void(std::string_view lines)>;

  /// `print`: to standard output. `complain`: to standard error. `stall_ns`: after which a standstill is explained; 0: never.
  Watcher(Print print, Print complain, std::int64_t stall_ns)
      : print_{std::move(print)}, complain_{std::move(complain)}, stall_ns_{stall_ns} {}
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;
  ~Watcher() { close(); }

  /// A run begins. `period_ns`: between its tables; 0: none, and no summary.
  void add(std::uint64_t run, std::unique_ptr<Watched> watched, std::int64_t period_ns);
  /// Changes the period of a run that has not ended. After 0 nothing more is printed, and no summary either.
  void watch(std::uint64_t run, std::int64_t period_ns);
  /// The run has ended: its summary follows if it is watched.
  void ended(std::uint64_t run);
  /// Waits until all that is to be printed about an ended run is printed.
  void settle(std::uint64_t run);
  void settle_all();  ///< the same for all that have ended
  /// Prints the summaries that are due and ends the thread. Idempotent.
  void close();

 private:
  struct Entry {
    std::unique_ptr<Watched> watched;
    std::int64_t period_ns = 0;
    std::int64_t next_table = 0;  // now_ns() when it is due
    std::int64_t next_look = 0;   // for a standstill
    bool ended = false;
    bool in_hand = false;  // the thread works at it without the lock; it stays where it is
  };
  using Entries = std::map<std::uint64_t, Entry>;

  std::int64_t look_every() const;
  std::int64_t due(const Entry& entry) const;
  Entries::iterator most_urgent();
  void wake_for(std::int64_t due);
  void run();
  void look_after(Entries::iterator entry, std::unique_lock<std::mutex>& lock);

  Print print_;
  Print complain_;
  std::int64_t stall_ns_;
  std::mutex mutex_;
  std::condition_variable changed_;  // for the thread
  std::condition_variable settled_;  // for those who wait for it
  Entries entries_;
  std::int64_t sleeps_until_ = 0;
  bool stop_ = false;
  std::thread thread_;
};

/// MPYX_STALL_SECONDS, 30 s without it. Throws Error when it is no number of seconds.
std::int64_t stall_ns_from_environment();
/// MPYX_STOP_SECONDS, 10 s without it: how long a stage may take to return after a stop. The same.
std::int64_t stop_ns_from_environment();

}  // namespace mpyx::coordinator
