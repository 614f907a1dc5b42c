#include <mpyx/error.hpp>
#include <mpyx/meta.hpp>

#include <cstring>

#include "base/demangle.hpp"

/// Layout of the encoded dictionary: entries one after the other, each
///     | name length (2) | type length (2) | value length (4) | name | type | value |
/// with the type as typeid().name(): all ranks run the same build.
namespace mpyx {

namespace {

struct Head {
  std::uint16_t name = 0;
  std::uint16_t type = 0;
  std::uint32_t value = 0;
  std::size_t total() const { return sizeof(Head) + name + type + value; }
};

struct Found {
  std::size_t at = 0;
  Head head;
};

/// The entry at `at`; false at the end, and where the rest is too short for what it says (the bytes come from a frame).
bool read_entry(std::span<const std::byte> bytes, std::size_t at, Found& found) {
  const std::size_t left = bytes.size() - at;
  if (left < sizeof(Head)) return false;
  std::memcpy(&found.head, bytes.data() + at, sizeof(Head));
  found.at = at;
  return found.head.total() <= left;
}

std::string_view text_at(std::span<const std::byte> bytes, std::size_t at, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes.data()) + at, size};
}

bool find_entry(std::span<const std::byte> bytes, std::string_view name, Found& found) {
  for (std::size_t at = 0; read_entry(bytes, at, found); at += found.head.total()) {
    if (text_at(bytes, at + sizeof(Head), found.head.name) == name) return true;
  }
  return false;
}

[[noreturn]] void throw_absent(const Meta& meta, std::string_view name) {
  std::string there;
  for (const auto& each : meta.names()) there += (there.empty() ? "" : ", ") + each;
  throw Error{"mpyx: meta has no '" + std::string{name} + "'; it has " + (there.empty() ? "nothing" : there)};
}

}  // namespace

bool Meta::contains(std::string_view name) const noexcept {
  Found found;
  return find_entry(bytes_, name, found);
}

bool Meta::erase(std::string_view name) {
  Found found;
  if (!find_entry(bytes_, name, found)) return false;
  const auto begin = bytes_.begin() + static_cast<std::ptrdiff_t>(found.at);
  bytes_.erase(begin, begin + static_cast<std::ptrdiff_t>(found.head.total()));
  return true;
}

std::vector<std::string> Meta::names() const {
  std::vector<std::string> all;
  Found found;
  for (std::size_t at = 0; read_entry(bytes_, at, found); at += found.head.total()) {
    all.emplace_back(text_at(bytes_, at + sizeof(Head), found.head.name));
  }
  return all;
}

std::span<std::byte> Meta::make_room(std::string_view name, const char* type, std::size_t size) {
  erase(name);
  const Head head{static_cast<std::uint16_t>(name.size()), static_cast<std::uint16_t>(std::strlen(type)),
                  static_cast<std::uint32_t>(size)};
  if (head.name != name.size() || head.value != size)
    throw Error{"mpyx: a meta entry is too large: " + std::string{name}};
  const std::size_t at = bytes_.size();
  bytes_.resize(at + head.total());
  std::byte* to = bytes_.data() + at;
  std::memcpy(to, &head, sizeof head);
  std::memcpy(to + sizeof head, name.data(), name.size());
  std::memcpy(to + sizeof head + head.name, type, head.type);
  return {to + sizeof head + head.name + head.type, size};
}

std::span<const std::byte> Meta::find(std::string_view name, const char* type) const {
  Found found;
  if (!find_entry(bytes_, name, found)) throw_absent(*this, name);
  const std::string_view stored = text_at(bytes_, found.at + sizeof(Head) + found.head.name, found.head.type);
  if (stored != type) {
    throw Error{"mpyx: meta '" + std::string{name} + "' was stored as " + base::demangled(std::string{stored}.c_str()) +
                " and is asked for as " + base::demangled(type)};
  }
  const std::size_t value = found.at + sizeof(Head) + found.head.name + found.head.type;
  return std::span{bytes_}.subspan(value, found.head.value);
}

void Meta::copy(std::string_view name, const Meta& from, std::string_view from_name) {
  Found found;
  if (!find_entry(from.bytes_, from_name, found)) throw_absent(from, from_name);
  const auto* type = from.bytes_.data() + found.at + sizeof(Head) + found.head.name;
  const std::string type_name{reinterpret_cast<const char*>(type), found.head.type};
  const std::vector<std::byte> value(type + found.head.type, type + found.head.type + found.head.value);
  std::memcpy(make_room(name, type_name.c_str(), value.size()).data(), value.data(), value.size());
}

}  // namespace mpyx
