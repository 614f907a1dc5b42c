#pragma once

#include <mpyx/serialize.hpp>

#include <boost/serialization/split_free.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <typeinfo>
#include <utility>
#include <vector>

/// What Queue, Event and Pipe consist of, without types.
namespace mpyx::detail {

/// A holder's share in a Queue, Event or Pipe: main() with everything it copies is one holder, each stage is one.
class Attachment;
using WiringHandle = std::shared_ptr<Attachment>;

/// The time limit of a wait; nothing: as long as it takes.
using TimeLimit = std::optional<std::chrono::nanoseconds>;

template <class Rep, class Period>
TimeLimit limit_of(std::chrono::duration<Rep, Period> limit) {
  using Seconds = std::chrono::duration<double>;
  if (Seconds{limit} > Seconds{1e9}) return std::nullopt;  // longer than anybody waits; would not fit nanoseconds
  return std::chrono::duration_cast<std::chrono::nanoseconds>(limit);
}

/// How items of one type are written and read.
struct WiredItem {
  const std::type_info* info;
  std::size_t size;  ///< encoded bytes, 0 when it varies
  void (*encode)(const void* item, Writer& writer);
  void (*decode)(void* optional, Reader& reader);  ///< fills a std::optional of the type
};

template <class T>
inline constexpr WiredItem wired_item{
    &typeid(T), plain<T> ? sizeof(T) : 0,
    [](const void* item, Writer& writer) { encode(*static_cast<const T*>(item), writer); },
    [](void* optional, Reader& reader) { static_cast<std::optional<T>*>(optional)->emplace(decode<T>(reader)); }};

enum class Wired : std::uint8_t { queue, event, pipe };
/// Ends of a Pipe: the left one puts into the first of its two queues, the right one into the second. Handles of a Queue or
/// Event are `left`, the Pipe itself is neither.
enum class PipeSide : std::uint8_t { left, right, neither };

/// In main(): makes one. Elsewhere `asked` throws Error, and a mere default construction gives an empty handle, to be filled
/// by a stage's serialize.
WiringHandle make_queue(std::size_t capacity, const WiredItem& type, bool asked);
WiringHandle make_event();
WiringHandle make_pipe(std::size_t capacity, const WiredItem& left_puts, const WiredItem& right_puts, bool asked);
WiringHandle pipe_end(const WiringHandle& pipe, PipeSide side);

/// In what follows an empty handle throws Error, and waits of a stage throw Stopped when its run ends.
/// Items go the way of what `side` puts.
bool put_item(const WiringHandle& handle, const void* item, const WiredItem& type, TimeLimit limit);
bool get_item(const WiringHandle& handle, void* optional, const WiredItem& type, TimeLimit limit);
std::size_t waiting_items(const WiringHandle& handle);  ///< that this holder could get
void task_done(const WiringHandle& handle);
bool join_items(const WiringHandle& handle, TimeLimit limit);
void set_event(const WiringHandle& handle);
void clear_event(const WiringHandle& handle);
bool event_is_set(const WiringHandle& handle);
bool wait_event(const WiringHandle& handle, TimeLimit limit);
void name_wiring(const WiringHandle& handle, const std::string& name);
void close_holder(const WiringHandle& handle);

void save_handle(const WiringHandle& handle, Writer& writer);
WiringHandle load_handle(Reader& reader, Wired kind, PipeSide side);

/// Calls `save`, which encodes a stage to see its size, and returns a line such as "Queue 1 (int)" for each handle that it
/// came across. Nothing is sent: the bytes are good for counting only.
std::vector<std::string> collect_handles(const std::function<void()>& save);

/// What Queue, Event and the ends of a Pipe have in common.
template <Wired Kind, PipeSide Side = PipeSide::left>
class HandleOf {
 public:
  template <class Archive>
    requires std::same_as<Archive, OutputArchive>
  void save(Archive& archive) const { save_handle(handle_, *archive.writer); }
  template <class Archive>
    requires std::same_as<Archive, InputArchive>
  void load(Archive& archive) { handle_ = load_handle(*archive.reader, Kind, Side); }
  /// For the library: the same for Boost.Serialization.
  void save_to(Writer& writer) const { save_handle(handle_, writer); }
  void load_from(Reader& reader) { handle_ = load_handle(reader, Kind, Side); }
  /// Nobody else need wait for what this holder (main(), or the stage) might still do: it may not use it any more. Copies
  /// inside pipelines can still be sent to stages, which are holders of their own.
  void close() { close_holder(handle_); }

 protected:
  HandleOf() = default;
  explicit HandleOf(WiringHandle handle) : handle_{std::move(handle)} {}
  WiringHandle handle_;
};

/// Puts Out and gets In.
template <class Out, class In, PipeSide Side>
class PipeEnd : public HandleOf<Wired::pipe, Side> {
 public:
  PipeEnd() = default;  ///< empty, until it is assigned or serialize fills it
  /// For the library: Pipe::left() and Pipe::right() make them.
  explicit PipeEnd(WiringHandle handle) : HandleOf<Wired::pipe, Side>{std::move(handle)} {}

  /// Waits for room.
  void put(const Out& item) { put_item(this->handle_, &item, wired_item<Out>, std::nullopt); }
  /// Waits for room no longer than `limit` (zero: not at all); false when there was none.
  template <class Rep, class Period>
  bool put(const Out& item, std::chrono::duration<Rep, Period> limit) {
    return put_item(this->handle_, &item, wired_item<Out>, limit_of(limit));
  }
  /// Waits for the next item from the other end.
  In get() {
    std::optional<In> item;
    get_item(this->handle_, &item, wired_item<In>, std::nullopt);
    return std::move(*item);
  }
  /// Waits no longer than `limit` (zero: not at all); empty when nothing came.
  template <class Rep, class Period>
  std::optional<In> get(std::chrono::duration<Rep, Period> limit) {
    std::optional<In> item;
    get_item(this->handle_, &item, wired_item<In>, limit_of(limit));
    return item;
  }
  /// How many items wait to be got at this end.
  std::size_t size() const { return waiting_items(this->handle_); }
  /// Nothing waits to be got at this end just now.
  bool empty() const { return size() == 0; }
};

template <Wired Kind, PipeSide Side>
void is_handle(const HandleOf<Kind, Side>&);
template <class T>
concept wiring_handle = requires(const T& handle) {
  is_handle(handle);
};

}  // namespace mpyx::detail

/// In stages written for Boost.Serialization, as in buffer.hpp.
namespace boost::serialization {

template <mpyx::detail::wiring_handle Handle>
void save(boost::archive::binary_oarchive&, const Handle& handle, unsigned) {
  handle.save_to(*mpyx::detail::BoostBytes<mpyx::detail::Writer>::current());
}
template <mpyx::detail::wiring_handle Handle>
void load(boost::archive::binary_iarchive&, Handle& handle, unsigned) {
  handle.load_from(*mpyx::detail::BoostBytes<mpyx::detail::Reader>::current());
}
template <class Archive, mpyx::detail::wiring_handle Handle>
void serialize(Archive& archive, Handle& handle, unsigned version) {
  split_free(archive, handle, version);
}

}  // namespace boost::serialization
