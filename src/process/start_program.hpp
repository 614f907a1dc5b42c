#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <string>
#include <vector>

namespace mpyx::process {

/// What a child process becomes.
struct ProgramImage {
  std::vector<std::string> arguments;
  std::vector<std::string> environment;
  int working_directory = -1;
  int standard[3] = {-1, -1, -1};  ///< each above 2; -1 is /dev/null
  rlimit open_files{};             ///< the limit the child shall have
};

/// Forks and executes, to be called by a single-threaded process. Returns the pid, or a negative errno: a program that
/// cannot be executed is no child. The child dies by SIGKILL with the calling process.
pid_t start_program(const ProgramImage& image);

}  // namespace mpyx::process
