#include <mpyx/stages/write.hpp>

#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace mpyx {

void Write::fail(const char* what) const {
  throw std::system_error{errno, std::generic_category(), std::string{what} + " '" + file_ + "'"};
}

void Write::setup() {
  errno = 0;
  out_.open(file_, std::ios::binary | std::ios::trunc);
  if (!out_) fail("cannot write");
}

void Write::process(std::string text) {
  errno = 0;
  out_.clear();
  if (!out_.write(text.data(), static_cast<std::streamsize>(text.size()))) fail("cannot write on in");
}

void Write::teardown() {
  errno = 0;
  out_.close();
  if (!out_) fail("cannot finish");
}

}  // namespace mpyx
