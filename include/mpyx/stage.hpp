#pragma once

#include <mpyx/detail/context.hpp>
#include <mpyx/error.hpp>
#include <mpyx/meta.hpp>

#include <chrono>
#include <concepts>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>

namespace mpyx {
namespace detail {

struct StageAccess;

template <class T>
inline constexpr bool is_item_type = std::is_same_v<T, std::remove_cvref_t<T>>;
/// Items travel, so each side has its own: process() is given one to keep.
template <class In, class Out>
constexpr bool check_item_types() {
  static_assert(is_item_type<In>, "mpyx: a stage takes items by value: F<T, Out>, without const and &");
  static_assert(is_item_type<Out>, "mpyx: a stage puts items by value: F<In, T>, without const and &");
  return true;
}

/// The way from a stage to an xcut pipeline: what Stage::xcut<T>(name) gives. Valid while the stage runs.
template <class T>
class Xcut {
 public:
  explicit Xcut(Outlet& outlet) : outlet_{&outlet} {}
  /// Sends an item, with the current meta. Waits while there is no room. Throws Stopped like any put.
  void put(const T& item) { emit_as<T>(*outlet_, item); }

 private:
  Outlet* outlet_;
};

/// What every stage has, whatever its types. All members but initialize() run on the stage's own thread, on its rank.
class StageBase {
 public:
  virtual ~StageBase() = default;

  /// Runs on the coordinator before the stage leaves for its rank; state set here travels with it. Cannot put(), but
  /// replica() and the like are known.
  virtual void initialize() {}
  /// Runs on the stage's rank before the first item. A source puts its items here and ends when this returns.
  virtual void setup() {}
  /// Runs after the last item, whenever setup() returned: also after failures and stops.
  virtual void teardown() {}

  /// The dictionary of the item in hand; put() copies it to what is put.
  Meta meta;

  /// Ends this stage once the call in hand returns: teardown(), then its outputs end.
  void stop() { context().stop(); }
  /// True once this stage, or its pipeline, is to end.
  bool stopped() const { return context().stopped(); }
  /// Pauses; returns early when the pipeline stops.
  template <class Rep, class Period>
  void sleep(std::chrono::duration<Rep, Period> duration) {
    const std::chrono::duration<double> longest{1e9};  // than anybody waits, and than nanoseconds can say
    context().sleep(duration < longest ? std::chrono::duration_cast<std::chrono::nanoseconds>(duration)
                                       : std::chrono::duration_cast<std::chrono::nanoseconds>(longest));
  }

  /// Waits for a Boost.Asio coroutine, which runs on the stage's own thread, and gives what it returns. Throws what it
  /// throws; Error inside another coroutine (write co_await there). When the pipeline stops meanwhile the coroutine is
  /// cancelled and Stopped thrown; in teardown() only Pipeline::stop() and failures do so.
  template <class T>
  T await(Awaitable<T> coroutine) {
    if constexpr (std::is_void_v<T>) {
      context().await(std::move(coroutine));
    } else {
      std::optional<T> result;
      context().await(keep_result(std::move(coroutine), result));
      return std::move(*result);
    }
  }
  /// The same for the coroutine that a function gives when called with these arguments; both live until it has ended.
  template <class Fn, class... Args>
    requires coroutine_function<Fn, Args...>
  auto await(Fn&& function, Args&&... args) {
    return await(std::invoke(std::forward<Fn>(function), std::forward<Args>(args)...));
  }

  /// The xcut pipeline attached under this name, which takes items of type T. Usable in setup(), process() and teardown().
  /// Throws Error when there is none of this name or it takes another type.
  template <class T>
  Xcut<T> xcut(std::string_view name) const {
    static_assert(
        serializable<T>,
        "mpyx: what is put into an xcut cannot travel: its class needs a serialize(Archive&), and no pointers "
        "or views");
    return Xcut<T>{context().xcut(name, typeid(T))};
  }

  // Who it is and where it runs; from initialize() on.
  const std::string& name() const { return identity().name; }
  const std::string& host() const { return identity().host; }
  int rank() const { return identity().rank; }
  /// Which of the farm's replicas this is, from 0, and how many there are.
  int replica() const { return identity().replica; }
  int replicas() const { return identity().replicas; }

 protected:
  StageBase() = default;
  StageBase(const StageBase&) = default;
  StageBase(StageBase&&) = default;
  StageBase& operator=(const StageBase&) = default;
  StageBase& operator=(StageBase&&) = default;

  /// Throws Error while the stage is still on the coordinator.
  Context& context() const {
    if (context_ == nullptr) throw_not_running();
    return *context_;
  }

 private:
  friend struct StageAccess;
  [[noreturn]] static void throw_not_running();
  const Identity& identity() const {
    if (identity_ == nullptr) throw_not_running();
    return *identity_;
  }
  Context* context_ = nullptr;
  const Identity* identity_ = nullptr;
};

struct StageAccess {
  static void bind(StageBase& stage, Context& context) {
    stage.context_ = &context;
    stage.identity_ = &context.identity();
    context.meta = &stage.meta;
  }
  /// Before it is bound: who it is going to be.
  static void initialize(StageBase& stage, const Identity& identity) {
    struct Forget {
      StageBase& stage;
      ~Forget() { stage.identity_ = nullptr; }
    } forget{stage};
    stage.identity_ = &identity;
    stage.initialize();
  }
  static Context& context(const StageBase& stage) { return stage.context(); }
};

/// The way out of a stage whose items are of type Out.
template <class Out>
class Puts : public StageBase {
 public:
  /// Sends an item on, with the current meta. Waits while there is no room downstream.
  /// Throws Stopped once the pipeline stops or nobody reads any more, Error inside initialize().
  void put(const Out& item) {
    Outlet& outlet = *this->context().outlet;
    if (outlet.emit == nullptr) {
      emit_as<Out>(outlet, item);
    } else {
      outlet.emit(outlet, &item);
    }
  }
};

template <>
class Puts<void> : public StageBase {};

}  // namespace detail

/// A stage: takes items of type In, puts items of type Out. `void` for In makes a source, for Out a sink.
///
/// The object is built on the coordinator, serialized to its rank and used there by one thread only. Its state travels with
/// `serialize`; a class without data members needs none. A class with data members and no `serialize` of its own does not
/// compile in a graph. It is also copied into the graph: hold files, connections, threads and mutexes, which cannot be
/// copied, in a std::shared_ptr that setup() makes. Stages that share a rank share its globals.
template <class In, class Out>
class F : public detail::Puts<std::remove_cvref_t<Out>> {
  static_assert(detail::check_item_types<In, Out>());

 public:
  using input_type = In;
  using output_type = Out;

  /// Takes one item. What it puts inherits the item's meta. May throw anything: see StageError and on_error().
  virtual void process(In item) = 0;
};

template <class Out>
class F<void, Out> : public detail::Puts<std::remove_cvref_t<Out>> {
  static_assert(detail::check_item_types<void, Out>());

 public:
  using input_type = void;
  using output_type = Out;
};

}  // namespace mpyx
