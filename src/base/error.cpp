#include <mpyx/error.hpp>

namespace mpyx {

std::string StageError::describe(const Details& d) {
  std::string text = "mpyx: stage '" + d.stage + "'";
  if (d.replicas > 1) text += " (replica " + std::to_string(d.replica + 1) + " of " + std::to_string(d.replicas) + ")";
  text += " failed in " + d.phase;
  if (d.item >= 0) text += " of its item " + std::to_string(d.item);
  text += " on rank " + std::to_string(d.rank);
  if (!d.host.empty()) text += " (" + d.host + ")";
  return text + ": " + d.message;
}

}  // namespace mpyx
