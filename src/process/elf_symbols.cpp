#include "process/elf_symbols.hpp"

#include <elf.h>
#include <link.h>

#include <cstring>
#include <optional>
#include <span>

namespace mpyx::process {
namespace {

using Bytes = std::span<const unsigned char>;

template <class T>
std::optional<T> read_at(Bytes bytes, std::uint64_t offset) {
  if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) return {};
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

Bytes part(Bytes bytes, std::uint64_t offset, std::uint64_t size) {
  if (offset > bytes.size() || size > bytes.size() - offset) return {};
  return bytes.subspan(offset, size);
}

bool is_native(const ElfW(Ehdr) & header) {
  const unsigned char bits = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;
  return std::memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 && header.e_ident[EI_CLASS] == bits;
}

std::optional<ElfW(Shdr)> section(Bytes file, const ElfW(Ehdr) & header, std::uint64_t index) {
  if (index >= header.e_shnum || header.e_shentsize != sizeof(ElfW(Shdr))) return {};
  return read_at<ElfW(Shdr)>(file, header.e_shoff + index * sizeof(ElfW(Shdr)));
}

std::optional<ElfW(Shdr)> symbol_table(Bytes file, const ElfW(Ehdr) & header, std::uint32_t type) {
  for (std::uint64_t index = 0; index < header.e_shnum; ++index) {
    const auto found = section(file, header, index);
    if (found && found->sh_type == type) return found;
  }
  return {};
}

bool is_function_at(const ElfW(Sym) & symbol, std::uint64_t address) {
  const unsigned type = symbol.st_info & 15U;
  if ((type != STT_FUNC && type != STT_GNU_IFUNC) || symbol.st_shndx == SHN_UNDEF) return false;
  return address == symbol.st_value || (address > symbol.st_value && address - symbol.st_value < symbol.st_size);
}

std::string text_at(Bytes texts, std::uint64_t offset) {
  if (offset >= texts.size()) return {};
  const auto* begin = reinterpret_cast<const char*>(texts.data()) + offset;
  return std::string(begin, ::strnlen(begin, texts.size() - offset));
}

std::string search(Bytes file, const ElfW(Ehdr) & header, const ElfW(Shdr) & table, std::uint64_t address) {
  const auto texts = section(file, header, table.sh_link);
  if (!texts) return {};
  const Bytes symbols = part(file, table.sh_offset, table.sh_size);
  std::optional<ElfW(Sym)> best;
  for (std::uint64_t at = 0; at + sizeof(ElfW(Sym)) <= symbols.size(); at += sizeof(ElfW(Sym))) {
    const auto symbol = read_at<ElfW(Sym)>(symbols, at);
    if (!is_function_at(*symbol, address)) continue;
    if (!best || symbol->st_value > best->st_value) best = symbol;  // the innermost, the first of several names
  }
  return best ? text_at(part(file, texts->sh_offset, texts->sh_size), best->st_name) : std::string();
}

}  // namespace

std::string ElfSymbols::function_at(std::uint64_t address) const {
  const Bytes file = file_.bytes();
  const auto header = read_at<ElfW(Ehdr)>(file, 0);
  if (!header || !is_native(*header)) return {};
  for (const std::uint32_t type : {SHT_SYMTAB, SHT_DYNSYM}) {
    const auto table = symbol_table(file, *header, type);
    if (!table) continue;
    if (auto name = search(file, *header, *table, address); !name.empty()) return name;
  }
  return {};
}

}  // namespace mpyx::process
