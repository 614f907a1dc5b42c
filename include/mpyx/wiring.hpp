#pragma once

#include <mpyx/detail/wiring.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

/// Manual wiring: connections beside the graph. A Queue, Event or Pipe is made in main(), inside a Session, and handed to
/// stages as members that their serialize names; main() may use it as well. Handles are small; copies refer to the same
/// thing, which lives in the shared memory of main()'s host until its last handle is gone; stages elsewhere ask there.
///
/// Holders: main() with all its copies is one holder (those inside pipeline objects included), each stage that got a handle
/// is one, from the start of its pipeline until the stage has finished.
///
/// Waiting: every wait of a stage ends with Stopped when its pipeline stops. A wait without a time limit also ends when it
/// would last for ever: when all other holders have gone, or wait like this themselves. In a stage it then throws Stopped,
/// as when a channel has ended; in main() it throws Error, once stages have held the thing and all of them have gone.
/// As main() could always act, stages wait for it as long as it holds a handle, unless it says close().
/// Threads that user code starts by itself are taken for their process's holder; their waits end by success or limit only.
///
/// All functions may be called from any thread, also on the same handle, but assignment and destruction. Handles do not
/// travel inside items. A default-constructed handle in a stage is empty until serialize fills it; using it throws Error.
namespace mpyx {

/// A bounded queue of T, any serializable value; every item goes to one getter. Order is kept per putter.
template <class T>
class Queue : public detail::HandleOf<detail::Wired::queue> {
  static_assert(detail::serializable<T>, "mpyx: the items of a Queue have to be serializable");

 public:
  /// In main(): a queue of 1024 items. In a stage: an empty handle.
  Queue() : HandleOf{detail::make_queue(1024, detail::wired_item<T>, false)} {}
  /// At most `capacity` items wait in it, at least 1. Throws Error outside main() or without a Session.
  explicit Queue(std::size_t capacity) : HandleOf{detail::make_queue(capacity, detail::wired_item<T>, true)} {}

  /// Waits for room. Throws Error when shared memory has no room for a large item.
  void put(const T& item) { detail::put_item(handle_, &item, detail::wired_item<T>, std::nullopt); }
  /// Waits for room no longer than `limit` (zero: not at all); false when there was none.
  template <class Rep, class Period>
  bool put(const T& item, std::chrono::duration<Rep, Period> limit) {
    return detail::put_item(handle_, &item, detail::wired_item<T>, detail::limit_of(limit));
  }

  /// Waits for the next item.
  T get() {
    std::optional<T> item;
    detail::get_item(handle_, &item, detail::wired_item<T>, std::nullopt);
    return std::move(*item);
  }
  /// Waits no longer than `limit` (zero: not at all); empty when nothing came.
  template <class Rep, class Period>
  std::optional<T> get(std::chrono::duration<Rep, Period> limit) {
    std::optional<T> item;
    detail::get_item(handle_, &item, detail::wired_item<T>, detail::limit_of(limit));
    return item;
  }

  /// Says that an item which was got has been dealt with. Throws Error when called more often than items were put.
  void task_done() { detail::task_done(handle_); }
  /// Waits until task_done() was called for every item that was put.
  void join() { detail::join_items(handle_, std::nullopt); }
  /// Waits for that no longer than `limit`; whether it came about.
  template <class Rep, class Period>
  bool join(std::chrono::duration<Rep, Period> limit) {
    return detail::join_items(handle_, detail::limit_of(limit));
  }

  /// How many items wait in it just now.
  std::size_t size() const { return detail::waiting_items(handle_); }
  /// Nothing waits in it just now.
  bool empty() const { return size() == 0; }

  /// What graph() and messages call it: "Queue jobs (int)" in place of "Queue 1 (int)".
  Queue& named(const std::string& name) {
    detail::name_wiring(handle_, name);
    return *this;
  }
};

/// A flag that stages and main() wait for.
class Event : public detail::HandleOf<detail::Wired::event> {
 public:
  /// In main(): one that is not set. In a stage: an empty handle.
  Event() : HandleOf{detail::make_event()} {}

  /// Wakes everybody who waits, also if clear() follows at once.
  void set() { detail::set_event(handle_); }
  /// Lets waits wait again, until the next set().
  void clear() { detail::clear_event(handle_); }
  /// Whether it is set just now.
  bool is_set() const { return detail::event_is_set(handle_); }
  /// Waits until it is set.
  void wait() { detail::wait_event(handle_, std::nullopt); }
  /// Waits no longer than `limit`; whether it was set.
  template <class Rep, class Period>
  bool wait(std::chrono::duration<Rep, Period> limit) {
    return detail::wait_event(handle_, detail::limit_of(limit));
  }

  /// See Queue::named().
  Event& named(const std::string& name) {
    detail::name_wiring(handle_, name);
    return *this;
  }
};

/// Two bounded queues between two ends: the left one puts A and gets B, the right one puts B and gets A. The Pipe itself
/// stays in main() and holds neither; its ends are handed to stages, also one end to several.
/// An end that main() hands to a stage is the stage's: main() holds it again only if it uses it itself. Waits end, as said
/// above, also when the other end was held once and nobody holds it any more; what is in the pipe can be got before that.
///
/// Ends have put(x), put(x, limit), get(), get(limit), size(), empty() and close() as a Queue has them.
template <class A, class B>
class Pipe {
  static_assert(detail::serializable<A> && detail::serializable<B>,
                "mpyx: what goes through a Pipe has to be serializable");

 public:
  /// Types of the two ends, for members of stages.
  using Left = detail::PipeEnd<A, B, detail::PipeSide::left>;
  using Right = detail::PipeEnd<B, A, detail::PipeSide::right>;

  /// In main(): 1024 items wait in each direction. In a stage: of no use; hand an end to it.
  Pipe() : pipe_{detail::make_pipe(1024, detail::wired_item<A>, detail::wired_item<B>, false)} {}
  /// At most `capacity` items, at least 1, wait in each direction.
  explicit Pipe(std::size_t capacity)
      : pipe_{detail::make_pipe(capacity, detail::wired_item<A>, detail::wired_item<B>, true)} {}

  /// The end that puts A and gets B, to be kept or handed to stages.
  Left left() const { return Left{detail::pipe_end(pipe_, detail::PipeSide::left)}; }
  /// The end that puts B and gets A.
  Right right() const { return Right{detail::pipe_end(pipe_, detail::PipeSide::right)}; }

  /// See Queue::named().
  Pipe& named(const std::string& name) {
    detail::name_wiring(pipe_, name);
    return *this;
  }

 private:
  detail::WiringHandle pipe_;
};

}  // namespace mpyx
