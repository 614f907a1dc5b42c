#pragma once

#include <mpyx/stage.hpp>

#include <type_traits>

namespace mpyx {

/// A stage that keeps many items in flight at once, for work that waits for others (the network, disks, timers): process()
/// is a Boost.Asio coroutine. A program that derives from it includes <boost/asio.hpp>.
///
/// All its coroutines run on the stage's own thread, one at a time and switching at `co_await` only, so that its members need
/// no locks between two of those. `meta` is that of the coroutine's own item whenever one runs. Items leave as they are
/// done; inside Seq or Zip they are put in order behind it.
///
/// At the end of its input, or after stop(), the items in flight are finished. When the pipeline stops, or nobody reads any
/// more, their coroutines are cancelled (asio::cancellation_type::terminal) and what they throw then is no failure.
template <class In, class Out>
class AsyncF : public detail::Puts<std::remove_cvref_t<Out>> {
  static_assert(detail::check_item_types<In, Out>());

 public:
  using input_type = In;
  using output_type = Out;

  /// How many items it wants to have in flight at most; asked once, after setup(). At least 1.
  virtual int in_flight() const { return 64; }
  /// Takes one item. put() may be called between any two co_await, and waits for room like any other, with all coroutines.
  /// May throw anything: see StageError and on_error().
  virtual detail::Awaitable<void> process(In item) = 0;
};

template <class Out>
class AsyncF<void, Out> : public detail::Puts<Out> {
  static_assert(!std::is_same_v<Out, Out>,
                "mpyx: an AsyncF takes items; a source is an F<void, Out> that calls await() in its setup()");

 public:
  using input_type = void;
  using output_type = Out;
};

}  // namespace mpyx
