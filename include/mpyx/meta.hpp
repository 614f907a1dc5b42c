#pragma once

#include <mpyx/serialize.hpp>

#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <vector>

namespace mpyx {
namespace detail {
template <class Value>
inline constexpr bool meta_travels = serializable<Value>;

/// What an entry converts to: not char or a list, or a std::string could be assigned from one in more than one way.
template <class Value>
concept read_from_meta = serializable<Value> && !std::same_as<Value, char>;
}  // namespace detail

/// The dictionary that follows one item through the graph. Any serializable value may be stored under a name.
///
/// Inside a stage, `meta` is the dictionary of the item in hand: put() copies it to what is put. An item without entries
/// carries nothing. Entries are kept encoded, so a stage that never looks at them only copies bytes.
/// Not thread-safe: it belongs to one stage.
class Meta {
 public:
  /// What `meta["name"]` gives: assign to store; get<T>() or convert (`int n = meta["name"];`) to read. Valid as long as
  /// its Meta.
  class Entry {
   public:
    Entry(const Entry&) = default;
    /// See Meta::set().
    template <class T>
    Entry& operator=(const T& value) {
      meta_->set(name_, value);
      return *this;
    }
    /// Copies the other entry's value, whatever its type. Throws Error when there is none.
    Entry& operator=(const Entry& other) {
      meta_->copy(name_, *other.meta_, other.name_);
      return *this;
    }
    /// See Meta::get().
    template <class T>
    T get() const {
      return meta_->get<T>(name_);
    }
    template <detail::read_from_meta T>
    operator T() const {
      return get<T>();
    }

   private:
    friend class Meta;
    Entry(Meta& meta, std::string_view name) : meta_{&meta}, name_{name} {}
    Meta* meta_;
    std::string name_;
  };

  /// The entry of this name, whether it exists yet or not.
  Entry operator[](std::string_view name) { return Entry{*this, name}; }

  /// Stores a value under a name, over what was there. String literals are stored as std::string.
  template <class T>
  void set(std::string_view name, const T& value) {
    if constexpr (std::is_convertible_v<const T&, std::string_view> && !std::same_as<T, std::string>) {
      set(name, std::string{std::string_view{value}});
    } else {
      static_assert(detail::meta_travels<T>, "mpyx: a meta value has to be serializable");
      if constexpr (detail::serializable<T>) {
        store(name, typeid(T).name(), [&](detail::Writer& writer) { detail::encode(value, writer); });
      }
    }
  }

  /// The value stored under a name. Throws Error naming the key (and both types) when it is absent or of another type.
  template <class T>
  T get(std::string_view name) const {
    static_assert(detail::meta_travels<T>,
                  "mpyx: a meta value has to be serializable; texts are stored as std::string");
    if constexpr (detail::meta_travels<T>) {
      detail::Reader reader{find(name, typeid(T).name())};
      return detail::decode<T>(reader);
    } else {
      __builtin_unreachable();
    }
  }

  /// Whether something is stored under the name.
  bool contains(std::string_view name) const noexcept;
  /// Removes an entry; whether there was one.
  bool erase(std::string_view name);
  /// Removes all entries.
  void clear() noexcept { bytes_.clear(); }
  /// There are no entries.
  bool empty() const noexcept { return bytes_.empty(); }
  /// The names of all entries, those stored last behind the others.
  std::vector<std::string> names() const;

  /// The encoded entries, as they travel. For the library.
  std::span<const std::byte> bytes() const noexcept { return bytes_; }
  /// Replaces all entries by encoded ones.
  void assign(std::span<const std::byte> bytes) { bytes_.assign(bytes.begin(), bytes.end()); }

 private:
  template <class Encode>
  void store(std::string_view name, const char* type, Encode&& encode) {
    detail::Writer count{{}};
    encode(count);
    detail::Writer writer{make_room(name, type, count.size())};
    encode(writer);
  }
  std::span<std::byte> make_room(std::string_view name, const char* type, std::size_t size);
  std::span<const std::byte> find(std::string_view name, const char* type) const;
  void copy(std::string_view name, const Meta& from, std::string_view from_name);

  std::vector<std::byte> bytes_;
};

}  // namespace mpyx
