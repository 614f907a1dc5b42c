#include "transport/event_descriptors.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

namespace mpyx::transport {

namespace {

int option(int descriptor, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  return ::getsockopt(descriptor, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

bool listens(int descriptor) {
  const int domain = option(descriptor, SO_DOMAIN);
  return (domain == AF_INET || domain == AF_INET6) && option(descriptor, SO_TYPE) == SOCK_STREAM &&
         option(descriptor, SO_ACCEPTCONN) == 1;
}

/// /proc/self/fdinfo has a line "tfd: NUMBER events: ..." for each descriptor that an epoll descriptor watches.
bool watches_listener(int epoll) {
  std::ifstream lines{"/proc/self/fdinfo/" + std::to_string(epoll)};
  for (std::string word; lines >> word;) {
    int watched = -1;
    if (word == "tfd:" && lines >> watched && listens(watched)) return true;
  }
  return false;
}

}  // namespace

std::vector<int> epoll_descriptors() {
  namespace fs = std::filesystem;
  std::vector<int> found;
  std::error_code failed;
  for (fs::directory_iterator each{"/proc/self/fd", failed}, end; !failed && each != end; each.increment(failed)) {
    std::error_code closed;  // meanwhile
    if (fs::read_symlink(each->path(), closed) != "anon_inode:[eventpoll]" || closed) continue;
    const std::string name = each->path().filename();
    int number = -1;
    if (std::from_chars(name.data(), name.data() + name.size(), number).ec == std::errc{}) found.push_back(number);
  }
  return found;
}

std::vector<int> listening_epoll_descriptors(const std::vector<int>& before) {
  std::vector<int> found = epoll_descriptors();
  std::erase_if(found, [&](int each) {
    return std::find(before.begin(), before.end(), each) != before.end() || !watches_listener(each);
  });
  return found;
}

}  // namespace mpyx::transport
