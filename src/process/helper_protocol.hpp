#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "process/descriptor.hpp"
#include "process/helper.hpp"

// What a session and its helper process say to each other.
//
// One sequenced-packet socket carries requests to start programs:
//
//   StartRequest + descriptors: [channel][program memfd][working directory][stdin?][stdout?][stderr?]
//
// The program memfd holds the arguments and changes of the environment, so that their size is not limited by the
// socket. `channel` is one end of another socket pair, made for this child alone: the helper answers there with one
// Report `started` or `failed`, later `ended`; the parent sends SignalRequests. Closing it lets go of the child, which
// kills it. So nothing is shared between children, and no thread is needed to sort answers.
namespace mpyx::process {

struct StartRequest {
  static constexpr std::uint32_t k_has_stdin = 1;
  static constexpr std::uint32_t k_has_stdout = 2;
  static constexpr std::uint32_t k_has_stderr = 4;
  std::uint32_t given = 0;  ///< which of the standard descriptors are passed
};

struct SignalRequest {
  std::int32_t signal = 0;
};

struct Report {
  enum class Kind : std::int32_t { started, failed, ended };
  Kind kind = Kind::failed;
  std::int32_t value = 0;  ///< pid; errno; wait status
};

/// What to run. As bytes: u32 count of arguments, u32 count of changes, then strings that end with a zero byte;
/// a change is "=NAME=value" or "-NAME".
struct Program {
  std::vector<std::string> arguments;
  EnvironmentChanges changes;
};

std::string encode(const Program& program);
std::optional<Program> decode_program(std::string_view bytes);

/// The environment `base` (a null-terminated array) without the launchers' variables, then changed.
std::vector<std::string> child_environment(char* const* base, const EnvironmentChanges& changes);

/// Sends one packet with descriptors; false with errno set when the other side is gone.
bool send_packet(int socket, const void* bytes, std::size_t size, const std::vector<int>& descriptors = {});

struct Packet {
  ssize_t size = -1;  ///< 0 at the end of the stream, -1 with errno
  std::vector<Descriptor> descriptors;
  bool truncated = false;
};
Packet receive_packet(int socket, void* bytes, std::size_t capacity, int flags = 0);

/// A memfd with these bytes; no descriptor (errno set) when there is no memory.
Descriptor memory_file(std::string_view bytes);
std::optional<std::string> read_whole(int descriptor);

}  // namespace mpyx::process
