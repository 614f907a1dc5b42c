#pragma once

#include <mpyx/detail/coroutine.hpp>
#include <mpyx/serialize.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <typeinfo>

namespace mpyx {
class Meta;
}

namespace mpyx::detail {

/// Who a running stage is.
struct Identity {
  std::string name;
  std::string host;
  int rank = 0;
  int replica = 0;
  int replicas = 1;
};

/// A way out for items: the stage's outputs, or one of its xcuts. Used by the stage's own thread only.
class Outlet {
 public:
  virtual ~Outlet() = default;

  /// Room for encoding an item before it is put.
  virtual std::span<std::byte> scratch() = 0;
  /// Puts one encoded item, with the stage's meta, into every channel behind. Waits for room. Throws Stopped.
  virtual void put(std::span<const std::byte> item, std::span<const std::uint64_t> blocks) = 0;
  /// The same for an item too large for scratch(): gives the place to encode it into; commit_large() puts it.
  virtual std::span<std::byte> begin_large(std::size_t size, std::span<const std::uint64_t> blocks) = 0;
  virtual void commit_large() = 0;

  void (*emit)(Outlet&, const void* item) = nullptr;  ///< set where the channel's type is not the stage's output type
};

/// What a running stage sees of its rank. Implemented by the runtime; used by the stage's own thread only, but for stop().
class Context {
 public:
  virtual ~Context() = default;

  virtual void stop() noexcept = 0;
  virtual bool stopped() const noexcept = 0;
  /// The pipeline wants it to end now, or nobody reads any more; its own stop() does not count.
  virtual bool must_end() const noexcept = 0;
  virtual void sleep(std::chrono::nanoseconds duration) = 0;
  /// Runs a coroutine to its end while the stage waits. Throws what it throws, and Stopped when the stage has to end first.
  virtual void await(Coroutine&& coroutine) = 0;
  virtual const Identity& identity() const noexcept = 0;
  /// One whole line for the user's terminal.
  virtual void print(std::string_view line) = 0;
  /// The way to an xcut pipeline. Throws Error when there is none of this name, or it takes another type.
  virtual Outlet& xcut(std::string_view name, const std::type_info& type) = 0;

  Outlet* outlet = nullptr;    ///< the stage's outputs
  const Meta* meta = nullptr;  ///< dictionary of the item in hand
};

template <class Value>
void emit_encoded(Outlet& outlet, const Value& value) {
  Writer writer{outlet.scratch(), Writer::Blocks::carried};
  encode(value, writer);
  if (writer.complete()) {
    outlet.put({writer.data(), writer.size()}, writer.blocks());
  } else {
    Writer large{outlet.begin_large(writer.size(), writer.blocks()), Writer::Blocks::carried};
    encode(value, large);
    outlet.commit_large();
  }
}

/// Encodes `item` as the channel's type and puts it.
template <class Wire>
void emit_as(Outlet& outlet, const Wire& item) {
  if constexpr (plain<Wire>) {
    outlet.put(std::as_bytes(std::span{std::addressof(item), 1}), {});
  } else if constexpr (serializable<Wire>) {
    emit_encoded(outlet, item);
  }
}

}  // namespace mpyx::detail
