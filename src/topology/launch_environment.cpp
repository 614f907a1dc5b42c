#include "topology/launch_environment.hpp"

#include <charconv>
#include <cstdlib>
#include <string_view>

namespace mpyx::topology {
namespace {

std::optional<int> number(const char* text) {
  if (text == nullptr) return {};
  const std::string_view digits = text;
  int value = -1;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size() || value < 0) return {};
  return value;
}

std::optional<int> first_of(std::optional<int> preferred, std::optional<int> other) {
  return preferred ? preferred : other;
}

}  // namespace

LaunchEnvironment launch_environment(const EnvironmentLookup& lookup) {
  const auto ask = [&](const char* name) { return number(lookup(name)); };
  LaunchEnvironment found;
  found.size = ask("OMPI_COMM_WORLD_SIZE");
  const auto pmix_rank = ask("PMIX_RANK");
  found.under_launcher = found.size.has_value() || pmix_rank.has_value();
  if (!found.under_launcher) return found;
  found.rank = first_of(ask("OMPI_COMM_WORLD_RANK"), pmix_rank);
  found.local_rank = ask("OMPI_COMM_WORLD_LOCAL_RANK");
  found.local_size = ask("OMPI_COMM_WORLD_LOCAL_SIZE");
  return found;
}

LaunchEnvironment launch_environment() {
  return launch_environment([](const char* name) -> const char* { return std::getenv(name); });
}

}  // namespace mpyx::topology
