#include "process/helper_protocol.hpp"

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace mpyx::process {
namespace {

constexpr std::size_t k_max_descriptors = 6;
constexpr std::array<std::string_view, 4> k_launcher_prefixes = {"OMPI_", "PMIX_", "PMI_", "SLURM_"};

union ControlBuffer {
  cmsghdr alignment;
  char bytes[CMSG_SPACE(k_max_descriptors * sizeof(int))];
};

void append(std::string& bytes, std::uint32_t number) {
  bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
}

std::optional<std::uint32_t> take_number(std::string_view& bytes) {
  std::uint32_t number = 0;
  if (bytes.size() < sizeof number) return {};
  std::memcpy(&number, bytes.data(), sizeof number);
  bytes.remove_prefix(sizeof number);
  return number;
}

std::optional<std::string> take_string(std::string_view& bytes) {
  const auto end = bytes.find('\0');
  if (end == std::string_view::npos) return {};
  std::string text(bytes.substr(0, end));
  bytes.remove_prefix(end + 1);
  return text;
}

bool take_change(std::string_view& bytes, EnvironmentChanges& changes) {
  const auto text = take_string(bytes);
  if (!text || text->size() < 2) return false;
  if (text->front() == '-') {
    changes.emplace_back(text->substr(1), std::nullopt);
    return true;
  }
  const auto equals = text->find('=', 1);
  if (text->front() != '=' || equals == std::string::npos) return false;
  changes.emplace_back(text->substr(1, equals - 1), text->substr(equals + 1));
  return true;
}

bool is_variable(std::string_view entry, std::string_view name) {
  return entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=';
}

std::vector<Descriptor> take_descriptors(msghdr& message) {
  std::vector<Descriptor> taken;
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int number = -1;
      std::memcpy(&number, CMSG_DATA(part) + i * sizeof(int), sizeof number);
      taken.emplace_back(number);
    }
  }
  return taken;
}

}  // namespace

std::string encode(const Program& program) {
  std::string bytes;
  append(bytes, static_cast<std::uint32_t>(program.arguments.size()));
  append(bytes, static_cast<std::uint32_t>(program.changes.size()));
  for (const auto& argument : program.arguments) bytes.append(argument).push_back('\0');
  for (const auto& [name, value] : program.changes) {
    bytes.append(value ? "=" : "-").append(name);
    if (value) bytes.append("=").append(*value);
    bytes.push_back('\0');
  }
  return bytes;
}

std::optional<Program> decode_program(std::string_view bytes) {
  Program program;
  const auto arguments = take_number(bytes);
  const auto changes = take_number(bytes);
  if (!arguments || !changes || *arguments == 0) return {};
  for (std::uint32_t i = 0; i < *arguments; ++i) {
    auto text = take_string(bytes);
    if (!text) return {};
    program.arguments.push_back(std::move(*text));
  }
  for (std::uint32_t i = 0; i < *changes; ++i) {
    if (!take_change(bytes, program.changes)) return {};
  }
  return program;
}

std::vector<std::string> child_environment(char* const* base, const EnvironmentChanges& changes) {
  std::vector<std::string> environment;
  for (; base != nullptr && *base != nullptr; ++base) {
    const std::string_view entry = *base;
    if (std::ranges::none_of(k_launcher_prefixes, [&](auto prefix) { return entry.starts_with(prefix); })) {
      environment.emplace_back(entry);
    }
  }
  for (const auto& [name, value] : changes) {
    std::erase_if(environment, [&](const std::string& entry) { return is_variable(entry, name); });
    if (value) environment.push_back(name + "=" + *value);
  }
  return environment;
}

bool send_packet(int socket, const void* bytes, std::size_t size, const std::vector<int>& descriptors) {
  iovec part{.iov_base = const_cast<void*>(bytes), .iov_len = size};
  ControlBuffer control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (!descriptors.empty()) {
    message.msg_control = control.bytes;
    message.msg_controllen = CMSG_SPACE(descriptors.size() * sizeof(int));
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(descriptors.size() * sizeof(int));
    std::memcpy(CMSG_DATA(header), descriptors.data(), descriptors.size() * sizeof(int));
  }
  ssize_t sent = -1;
  do {
    sent = ::sendmsg(socket, &message, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(size);
}

Packet receive_packet(int socket, void* bytes, std::size_t capacity, int flags) {
  iovec part{.iov_base = bytes, .iov_len = capacity};
  ControlBuffer control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes;
  message.msg_controllen = sizeof control.bytes;
  Packet packet;
  do {
    packet.size = ::recvmsg(socket, &message, flags | MSG_CMSG_CLOEXEC);
  } while (packet.size < 0 && errno == EINTR);
  if (packet.size >= 0) packet.descriptors = take_descriptors(message);
  packet.truncated = (message.msg_flags & (MSG_CTRUNC | MSG_TRUNC)) != 0;
  return packet;
}

Descriptor memory_file(std::string_view bytes) {
  Descriptor file(::memfd_create("mpyx-program", MFD_CLOEXEC));
  while (file && !bytes.empty()) {
    const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
    if (written > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      return Descriptor();
    }
  }
  return file;
}

std::optional<std::string> read_whole(int descriptor) {
  struct stat info {};
  if (::fstat(descriptor, &info) != 0 || info.st_size < 0) return {};
  std::string bytes(static_cast<std::size_t>(info.st_size), '\0');
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = ::pread(descriptor, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
    if (got == 0 || (got < 0 && errno != EINTR)) return {};
    if (got > 0) done += static_cast<std::size_t>(got);
  }
  return bytes;
}

}  // namespace mpyx::process
