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
#include <chrono>
#include <complex>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

/// How values travel. A type is serializable when it is
///  - plain: trivially copyable, without pointers, references or unions, and without a `serialize` of its own (a class whose
///    only constructors are not constexpr, or of more than 4,096 bytes, is not looked into: a pointer would go unnoticed); or
///  - written for cereal: `serialize(Archive&)`, or save/load, member or free; or
///  - written for Boost.Serialization: member `serialize(Archive&, unsigned)`; or
///  - a standard container, optional, variant, tuple, smart pointer ... of such types, or a std::filesystem::path.
/// A class with data members does not travel by a `serialize` that it only inherits, as those members would be lost.
/// A private `serialize` says `friend mpyx::access;` (the same as cereal::access) or befriends boost::serialization::access.
namespace mpyx {

using access = cereal::access;

namespace detail {

struct NameFallback {
  int serialize;
};
template <class T>
struct NameProbe : T, NameFallback {};

template <class T>
concept public_serialize = requires(T& value, OutputArchive& archive) {
  value.serialize(archive);
}
|| requires(T& value, boost::archive::binary_oarchive& archive) { value.serialize(archive, 0U); };
template <class T>
concept takes_archive = public_serialize<T> || cereal::traits::has_member_serialize<T, OutputArchive>::value;
/// A function that only has the same name: no template, and no archive can call it.
template <class T>
concept other_serialize = requires {
  &T::serialize;
}
&&!takes_archive<T>;
/// T (or a base of it) has a member called `serialize`, whatever its signature or access: the name becomes ambiguous. Of a
/// final class only what an archive can call is seen.
template <class T>
concept names_serialize = std::is_class_v<T> &&
    ((std::is_final_v<T> && takes_archive<T>) ||
     (!std::is_final_v<T> && !requires { &NameProbe<T>::serialize; } && !other_serialize<T>));
template <class T>
concept names_save = std::is_class_v<T> &&(cereal::traits::has_member_save<T, OutputArchive>::value ||
                                           cereal::traits::has_member_versioned_save<T, OutputArchive>::value);

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

/// A class that no constant expression can make, so its members cannot be seen. It holds no reference and is no closure,
/// as those cannot be assigned to.
template <class T>
concept opaque = std::is_class_v<T> && !__is_literal_type(T) && std::is_copy_assignable_v<T>;

template <class T>
concept address =
    std::is_pointer_v<T> || std::is_member_pointer_v<T> || std::is_null_pointer_v<T> || std::is_reference_v<T>;

/// A free save() that serves any archive, cereal's own or a user's. (The ones below serve the archives of this library only.)
template <class T>
concept has_free_save =
    std::is_class_v<T> && cereal::traits::has_non_member_save<T, cereal::BinaryOutputArchive>::value;
/// Classes of the standard library that have one and are plain all the same.
template <class T>
inline constexpr bool plain_for_cereal = false;
template <class T, std::size_t Size>
inline constexpr bool plain_for_cereal<std::array<T, Size>> = true;
template <class T>
inline constexpr bool plain_for_cereal<std::complex<T>> = true;
template <class Rep, class Period>
inline constexpr bool plain_for_cereal<std::chrono::duration<Rep, Period>> = true;
template <class Clock, class Duration>
inline constexpr bool plain_for_cereal<std::chrono::time_point<Clock, Duration>> = true;

template <class T>
concept plain =
    std::is_trivially_copyable_v<T> && !address<T> && !std::is_array_v<T> && !std::is_union_v<T> &&
    !names_serialize<T> && !names_save<T> && !cereal::traits::has_non_member_serialize<T, OutputArchive>::value &&
    (plain_for_cereal<T> || !has_free_save<T>)&&(opaque<T> || holds_no_address<T>());

template <class T>
concept for_boost = names_serialize<T> && !cereal::traits::has_member_serialize<T, OutputArchive>::value &&
                    !cereal::traits::has_member_save<T, OutputArchive>::value;

template <class T>
concept contiguous = std::same_as<T, std::string> ||
    (std::same_as<T, std::vector<typename T::value_type>>&& plain<typename T::value_type> &&
     !std::same_as<typename T::value_type, bool>);

template <class T>
concept plain_class = plain<T> && std::is_class_v<T> && !plain_for_cereal<T>;

template <class T>
void write_contiguous(const T& value, Writer& writer) {
  const std::uint64_t count = value.size();
  writer.write(&count, sizeof count);
  if (count != 0) writer.write(value.data(), value.size() * sizeof(typename T::value_type));
}

/// A plain value whose class need not have a default constructor.
template <class T>
T read_plain(Reader& reader) {
  std::array<std::byte, sizeof(T)> bytes;
  reader.read(bytes.data(), bytes.size());
  return __builtin_bit_cast(T, bytes);
}

template <class T>
void read_contiguous(T& value, Reader& reader) {
  using Element = typename T::value_type;
  std::uint64_t count = 0;
  reader.read(&count, sizeof count);
  if (count > reader.left() / sizeof(Element)) throw_truncated(count, reader.left() / sizeof(Element));
  const auto* first = reinterpret_cast<const Element*>(reader.data());
  if (reinterpret_cast<std::uintptr_t>(first) % alignof(Element) == 0) {
    value.assign(first, first + count);
    reader.skip(count * sizeof(Element));
  } else if constexpr (std::is_default_constructible_v<Element>) {
    value.resize(count);
    reader.read(value.data(), count * sizeof(Element));
  } else {
    value.clear();
    value.reserve(count);
    while (value.size() < count) value.push_back(read_plain<Element>(reader));
  }
}

// The archive's type is constrained first: for any other, `plain` is not asked, which asks for functions like these.
template <std::same_as<OutputArchive> Archive, plain_class T>
void CEREAL_SAVE_FUNCTION_NAME(Archive& archive, const T& value) {
  archive.saveBinary(std::addressof(value), sizeof(T));
}
template <std::same_as<InputArchive> Archive, plain_class T>
void CEREAL_LOAD_FUNCTION_NAME(Archive& archive, T& value) {
  archive.loadBinary(std::addressof(value), sizeof(T));
}
template <std::same_as<OutputArchive> Archive, plain_class T>
void CEREAL_SAVE_FUNCTION_NAME(Archive& archive, const std::vector<T>& value) {
  write_contiguous(value, *archive.writer);
}
template <std::same_as<InputArchive> Archive, plain_class T>
void CEREAL_LOAD_FUNCTION_NAME(Archive& archive, std::vector<T>& value) {
  read_contiguous(value, *archive.reader);
}
template <std::same_as<std::filesystem::path> T>  // a template: nothing converts to a path on the way here
void CEREAL_SAVE_FUNCTION_NAME(OutputArchive& archive, const T& value) {
  write_contiguous(value.native(), *archive.writer);
}
template <std::same_as<std::filesystem::path> T>
void CEREAL_LOAD_FUNCTION_NAME(InputArchive& archive, T& value) {
  std::string text;
  read_contiguous(text, *archive.reader);
  value = std::move(text);
}
template <class T>
  requires for_boost<T>
void CEREAL_SAVE_FUNCTION_NAME(OutputArchive& archive, const T& value) { boost_save(*archive.writer, value); }
template <class T>
  requires for_boost<T>
void CEREAL_LOAD_FUNCTION_NAME(InputArchive& archive, T& value) { boost_load(*archive.reader, value); }

template <class Class, class Result, class... Args>
Class class_of(Result (Class::*)(Args...));
template <class Class, class Result, class... Args>
Class class_of(Result (Class::*)(Args...) const);

/// The class that declares T's public `serialize` or `save`: T itself or a base; T also where that cannot be asked (a private
/// one, one that is no template).
template <class T>
auto serializing_class() {
  if constexpr (public_serialize<T> && requires { class_of(&T::template serialize<OutputArchive>); }) {
    return std::type_identity<decltype(class_of(&T::template serialize<OutputArchive>))>{};
  } else if constexpr (requires(const T& value, OutputArchive& archive) {
                         value.save(archive);
                         class_of(&T::template save<OutputArchive>);
                       }) {
    return std::type_identity<decltype(class_of(&T::template save<OutputArchive>))>{};
  } else {
    return std::type_identity<T>{};
  }
}

/// Bytes at T's end in which a derived class has room for its members.
template <class T, std::size_t Size>
struct Longer : T {
  unsigned char more[Size];
};
template <class T, std::size_t... Sizes>
consteval std::size_t room_at_end(std::index_sequence<Sizes...>) {
  return (std::size_t{0} + ... + (sizeof(Longer<T, Sizes + 1>) == sizeof(T) ? 1 : 0));
}

template <class Base, class T>
inline constexpr bool knows_derived = false;  // Base<T> reaches all of T
template <template <class...> class Base, class... Args, class T>
inline constexpr bool knows_derived<Base<Args...>, T> = (std::is_same_v<Args, T> || ...);

/// T inherits its `serialize` from a class that does not know T's own data members.
template <class T>
consteval bool loses_members() {
  if constexpr (!std::is_class_v<T>) {
    return false;
  } else {
    using Base = typename decltype(serializing_class<T>())::type;
    if constexpr (std::is_same_v<Base, T> || knows_derived<Base, T>) {
      return false;
    } else if constexpr (sizeof(T) != sizeof(Base) || std::is_final_v<T>) {
      return sizeof(T) != sizeof(Base);
    } else {
      constexpr auto tries = std::make_index_sequence<alignof(T)>{};
      return room_at_end<T>(tries) != room_at_end<Base>(tries);
    }
  }
}

template <class T>
struct Parts : std::true_type {};  // types that a standard container, pair, variant ... consists of

template <class T>
concept serializable = plain<T> ||
    (!address<T> && cereal::traits::is_output_serializable<T, OutputArchive>::value &&
     cereal::traits::is_input_serializable<T, InputArchive>::value && Parts<T>::value && !loses_members<T>());

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

/// cereal makes the elements of a container, an optional or a variant before it fills them. (A vector of plain values aside,
/// which the library reads itself.)
template <class T>
struct Makes : std::true_type {};
template <class T>
inline constexpr bool elements_can_be_made = Makes<T>::value;
template <class... Ts>
inline constexpr bool all_makeable = (std::is_default_constructible_v<Ts> && ...) && (elements_can_be_made<Ts> && ...);
template <class T>
  requires requires {
    typename T::value_type;
    typename T::allocator_type;
  }
struct Makes<T> : std::bool_constant<all_makeable<loose<typename T::value_type>>> {};
template <plain_class T>
struct Makes<std::vector<T>> : std::true_type {};
template <class A, class B>
struct Makes<std::pair<A, B>> : std::bool_constant<elements_can_be_made<A> && elements_can_be_made<B>> {};
template <class... Ts>
struct Makes<std::tuple<Ts...>> : std::bool_constant<(elements_can_be_made<Ts> && ...)> {};
template <class... Ts>
struct Makes<std::variant<Ts...>> : std::bool_constant<all_makeable<Ts...>> {};
template <class T>
struct Makes<std::optional<T>> : std::bool_constant<all_makeable<T>> {};

/// Appends the encoding of `value`. Throws what the value's own serialize throws.
template <class T>
void encode(const T& value, Writer& writer) {
  if constexpr (plain<T>) {
    writer.write(std::addressof(value), sizeof(T));
  } else if constexpr (contiguous<T>) {
    write_contiguous(value, writer);
  } else {
    OutputArchive{writer}(value);
  }
}

/// Fills `value` from the next bytes. Throws Error when they end too early.
template <class T>
void decode_into(T& value, Reader& reader) {
  if constexpr (plain<T>) {
    reader.read(std::addressof(value), sizeof(T));
  } else if constexpr (contiguous<T>) {
    read_contiguous(value, reader);
  } else {
    InputArchive{reader}(value);
  }
}

template <class T>
T decode(Reader& reader) {
  if constexpr (plain<T> && !std::is_default_constructible_v<T>) {
    return read_plain<T>(reader);
  } else if constexpr (!elements_can_be_made<T>) {
    static_assert(elements_can_be_made<T>,
                  "mpyx: what travels in a container, an optional or a variant needs a default constructor");
    __builtin_unreachable();
  } else {
    T value{};
    decode_into(value, reader);
    return value;
  }
}

/// Alternative I of a Variant, without making the Variant.
template <std::size_t I, class Variant>
struct AlternativeOf {
  const std::variant_alternative_t<I, Variant>& value;
};
/// As cereal writes the whole Variant.
template <std::size_t I, class Variant>
void encode(const AlternativeOf<I, Variant>& alternative, Writer& writer) {
  OutputArchive{writer}(static_cast<std::int32_t>(I), alternative.value);
}

}  // namespace detail
}  // namespace mpyx

/// Two-argument serialize functions belong to Boost, also where cereal would take them for its versioned form.
template <class Archive, class T>
  requires((std::same_as<Archive, mpyx::detail::OutputArchive> ||
            std::same_as<Archive, mpyx::detail::InputArchive>)&&mpyx::detail::for_boost<T>)
struct cereal::specialize<Archive, T, cereal::specialization::non_member_load_save> {};
