#include <mpyx/error.hpp>
#include <mpyx/stages/read.hpp>

#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace mpyx {

namespace {
bool is_standard_input(const std::string& file) {
  return file == "/dev/stdin" || file == "/dev/fd/0" || file == "/proc/self/fd/0";
}
}  // namespace

void Read::setup() {
  if (rank() != 0 && is_standard_input(file_)) {
    throw Error{"'" + file_ + "' is empty here: standard input belongs to main(), on rank 0; " +
                "Iter(std::views::istream<std::string>(std::cin)) reads it there"};
  }
  errno = 0;
  std::ifstream in{file_};
  if (!in) throw std::system_error{errno, std::generic_category(), "cannot read '" + file_ + "'"};
  for (std::string line; !stopped() && std::getline(in, line);) put(line);
  if (in.bad()) throw std::system_error{errno, std::generic_category(), "cannot read on in '" + file_ + "'"};
}

}  // namespace mpyx
