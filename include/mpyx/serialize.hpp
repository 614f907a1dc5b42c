#pragma once

#include <mpyx/detail/archive.hpp>

#include <boost/serialization/access.hpp>
#include <boost/serialization/tracking.hpp>
#include <cereal/access.hpp>
#include <cereal/types/array.hpp>
#include <cereal/types/chrono.hpp>
#include <cereal/types/complex.hpp>
#include <cereal/types/deque.hpp>
#include <cereal/types/list.hpp>
#include <cereal/types/map.hpp>
#include <cereal/types/memory.hpp>
#include <cereal/types/optional.hpp>
#include <cereal/types/set.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/tuple.hpp>
#include <cereal/types/unordered_map.hpp>
#include <cereal/types/unordered_set.hpp>
#include <cereal/types/utility.hpp>
#include <cereal/types/variant.hpp>
#include <cereal/types/vector.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

/// How values travel. A type is serializable when it is
///  - plain: trivially copyable, without pointers, references or unions, and without a `serialize` of its own; or
///  - written for cereal: `serialize(Archive&)`, or save/load, member or free; or
///  - written for Boost.Serialization: member `serialize(Archive&, unsigned)`; or
///  - a standard container, optional, variant, tuple, smart pointer ... of such types.
/// A private `serialize` befriends mpyx::access (the same as cereal::access) or boost::serialization::access.
namespace mpyx {

using access = cereal::access;

namespace detail {

struct NameFallback {
  int serialize;
  int save;
  int load;
};
template <class T>
struct NameProbe : T, NameFallback {};

/// T (or a base of it) has a member called `serialize`, whatever its signature or access: the name becomes ambiguous.
template <class T>
concept names_serialize = std::is_class_v<T> && !std::is_final_v<T> && !requires {
  &NameProbe<T>::serialize;
};
template <class T>
concept names_save = std::is_class_v<T> && !std::is_final_v<T> && !requires {
  &NameProbe<T>::save;
};

template <std::size_t Size>
struct ZeroBytes {
  unsigned char bytes[Size];
};
template <bool>
struct Constant;
/// Bit-casting to a class with a pointer, a reference or a union inside is no constant expression.
template <class T>
concept castable_from_zeros = requires {
  typename Constant<(__builtin_bit_cast(T, ZeroBytes<sizeof(T)>{}), true)>;
};

template <class T>
consteval bool holds_no_address() {
  if constexpr (!std::is_trivially_copyable_v<T>) {
    return false;
  } else if constexpr (!std::is_class_v<T> || sizeof(T) > 4096 || std::is_empty_v<T>) {
    return true;
  } else {
    return castable_from_zeros<T>;
  }
}

template <class T>
concept address =
    std::is_pointer_v<T> || std::is_member_pointer_v<T> || std::is_null_pointer_v<T> || std::is_reference_v<T>;

template <class T>
concept plain = std::is_trivially_copyable_v<T> && !address<T> && !std::is_array_v<T> && !std::is_union_v<T> &&
                !names_serialize<T> && !names_save<T> &&
                !cereal::traits::has_non_member_serialize<T, OutputArchive>::value && holds_no_address<T>();

template <class T>
concept for_boost = names_serialize<T> && !cereal::traits::has_member_serialize<T, OutputArchive>::value &&
                    !cereal::traits::has_member_save<T, OutputArchive>::value;

template <class T>
concept contiguous = std::same_as<T, std::string> ||
    (std::same_as<T, std::vector<typename T::value_type>>&& plain<typename T::value_type> &&
     !std::same_as<typename T::value_type, bool>);

template <class T>
  requires(plain<T>&& std::is_class_v<T>)
void CEREAL_SAVE_FUNCTION_NAME(OutputArchive& archive, const T& value) {
  archive.saveBinary(std::addressof(value), sizeof(T));
}
template <class T>
  requires(plain<T>&& std::is_class_v<T>)
void CEREAL_LOAD_FUNCTION_NAME(InputArchive& archive, T& value) {
  archive.loadBinary(std::addressof(value), sizeof(T));
}
template <class T>
  requires for_boost<T>
void CEREAL_SAVE_FUNCTION_NAME(OutputArchive& archive, const T& value) { boost_save(*archive.writer, value); }
template <class T>
  requires for_boost<T>
void CEREAL_LOAD_FUNCTION_NAME(InputArchive& archive, T& value) { boost_load(*archive.reader, value); }

template <class T>
struct Parts : std::true_type {};  // types that a standard container, pair, variant ... consists of

template <class T>
concept serializable = plain<T> ||(!address<T> && cereal::traits::is_output_serializable<T, OutputArchive>::value &&
                                   cereal::traits::is_input_serializable<T, InputArchive>::value && Parts<T>::value);

/// What a container's element is outside of it: a map's pairs lose the const of their keys.
template <class T>
struct Loose {
  using type = T;
};
template <class Key, class T>
struct Loose<std::pair<const Key, T>> {
  using type = std::pair<Key, T>;
};
template <class T>
using loose = typename Loose<T>::type;

template <class... Ts>
inline constexpr bool all_serializable = (serializable<Ts> && ...) && !(std::is_const_v<Ts> || ...);

template <class T>
  requires requires {
    typename T::value_type;
    typename T::allocator_type;
  }
struct Parts<T> : std::bool_constant<all_serializable<loose<typename T::value_type>>> {};
template <class T, std::size_t Size>
struct Parts<std::array<T, Size>> : std::bool_constant<all_serializable<T>> {};
template <class A, class B>
struct Parts<std::pair<A, B>> : std::bool_constant<all_serializable<A, B>> {};
template <class... Ts>
struct Parts<std::tuple<Ts...>> : std::bool_constant<all_serializable<Ts...>> {};
template <class... Ts>
struct Parts<std::variant<Ts...>> : std::bool_constant<all_serializable<Ts...>> {};
template <class T>
struct Parts<std::optional<T>> : std::bool_constant<all_serializable<T>> {};
template <class T>
struct Parts<std::unique_ptr<T>> : std::bool_constant<all_serializable<T>> {};
template <class T>
struct Parts<std::shared_ptr<T>> : std::bool_constant<all_serializable<T>> {};

/// Appends the encoding of `value`. Throws what the value's own serialize throws.
template <class T>
void encode(const T& value, Writer& writer) {
  if constexpr (plain<T>) {
    writer.write(std::addressof(value), sizeof(T));
  } else if constexpr (contiguous<T>) {
    const std::uint64_t count = value.size();
    writer.write(&count, sizeof count);
    if (count != 0) writer.write(value.data(), value.size() * sizeof(typename T::value_type));
  } else {
    with_archive<OutputArchive>(writer, &OutputArchive::writer, [&](OutputArchive& archive) { archive(value); });
  }
}

/// Fills `value` from the next bytes. Throws Error when they end too early.
template <class T>
void decode_into(T& value, Reader& reader) {
  if constexpr (plain<T>) {
    reader.read(std::addressof(value), sizeof(T));
  } else if constexpr (contiguous<T>) {
    std::uint64_t count = 0;
    reader.read(&count, sizeof count);
    constexpr std::size_t width = sizeof(typename T::value_type);
    if (count > reader.left() / width) throw_truncated(count, reader.left() / width);
    const auto* first = reinterpret_cast<const typename T::value_type*>(reader.data());
    if (reinterpret_cast<std::uintptr_t>(first) % alignof(typename T::value_type) == 0) {
      value.assign(first, first + count);
      reader.skip(count * width);
    } else {
      value.resize(count);
      reader.read(value.data(), count * width);
    }
  } else {
    with_archive<InputArchive>(reader, &InputArchive::reader, [&](InputArchive& archive) { archive(value); });
  }
}

template <class T>
T decode(Reader& reader) {
  if constexpr (plain<T> && !std::is_default_constructible_v<T>) {
    std::array<std::byte, sizeof(T)> bytes;
    reader.read(bytes.data(), bytes.size());
    return __builtin_bit_cast(T, bytes);
  } else {
    T value{};
    decode_into(value, reader);
    return value;
  }
}

}  // namespace detail
}  // namespace mpyx

/// Two-argument serialize functions belong to Boost, also where cereal would take them for its versioned form.
template <class Archive, class T>
  requires((std::same_as<Archive, mpyx::detail::OutputArchive> ||
            std::same_as<Archive, mpyx::detail::InputArchive>)&&mpyx::detail::for_boost<T>)
struct cereal::specialize<Archive, T, cereal::specialization::non_member_load_save> {};
