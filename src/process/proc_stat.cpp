#include "process/proc_stat.hpp"

#include <fstream>
#include <sstream>
#include <string>

namespace mpyx::process {

std::optional<ProcStat> read_proc_stat(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  std::getline(file, line, '\0');  // all of it: the name may hold line ends. Nothing when the process is gone by now
  const auto name_end = line.rfind(')');  // the name may hold spaces and parentheses
  if (name_end == std::string::npos) return {};
  std::istringstream fields(line.substr(name_end + 1));
  ProcStat stat;
  std::string field;
  // Field numbers of proc(5), which counts from 1: the state is 3, the start time 22, the exit code 52.
  for (int number = 3; number <= 52 && fields >> field; ++number) {
    if (number == 3) stat.state = field.front();
    if (number == 22) stat.start_time = std::strtoull(field.c_str(), nullptr, 10);
    if (number == 52) stat.exit_code = std::atoi(field.c_str());
  }
  if (stat.start_time == 0) return {};
  return stat;
}

}  // namespace mpyx::process
