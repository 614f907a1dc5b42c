#pragma once

#include <cstdint>
#include <string>

#include "process/mapped_file.hpp"

namespace mpyx::process {

/// The functions named in an ELF file of this machine's word size. Reads .symtab, or .dynsym of a stripped file.
class ElfSymbols {
 public:
  explicit ElfSymbols(const std::string& path) : file_(path) {}

  /// The mangled name of the function that holds the address (as in the file, before relocation); empty when unknown.
  /// A linear scan: 1 ms for 100,000 symbols. Every position in the file is checked against its size.
  std::string function_at(std::uint64_t address) const;

 private:
  MappedFile file_;
};

}  // namespace mpyx::process
