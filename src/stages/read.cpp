#include <mpyx/stages/read.hpp>

#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace mpyx {

void Read::setup() {
  errno = 0;
  std::ifstream in{file_};
  if (!in) throw std::system_error{errno, std::generic_category(), "cannot read '" + file_ + "'"};
  for (std::string line; !stopped() && std::getline(in, line);) put(line);
  if (in.bad()) throw std::system_error{errno, std::generic_category(), "cannot read on in '" + file_ + "'"};
}

}  // namespace mpyx
