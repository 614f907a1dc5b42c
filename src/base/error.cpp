#include <mpyx/on_error.hpp>

#include "base/demangle.hpp"

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

void detail::throw_other_item(const DeadLetter& letter, const std::type_info& asked) {
  const std::string holds = base::demangled(letter.type.c_str());
  throw Error{"mpyx: the dead letter of stage '" + letter.stage + "' holds an item of type " + holds + ", not " +
              base::demangled(asked.name()) + ": call item<" + holds + ">()"};
}

}  // namespace mpyx
