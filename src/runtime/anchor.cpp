#include "runtime/anchor.hpp"

#include <mpyx/detail/function.hpp>
#include <mpyx/error.hpp>

#include "process/names.hpp"

namespace mpyx::runtime {

const detail::StageType* find_stage_type(process::CodeAddress address) {
  const void* place = process::resolve(address);
  for (const auto* type = detail::StageType::first; type != nullptr; type = type->next) {
    if (type == place) return type;
  }
  throw Error{"mpyx: a stage of this graph is unknown to this rank's program; all ranks have to run the same build"};
}

}  // namespace mpyx::runtime

namespace mpyx::detail {

std::string type_name(const std::type_info& info) { return process::type_display_name(info); }

std::string function_name(const void* function) {
  std::string name = process::symbol_name(function);
  return name.empty() ? unknown_function_name : name;
}

void save_function(Writer& writer, const void* function) {
  const process::Module* module = process::module_of(function);
  if (module == nullptr || !process::executable(function)) {
    throw Error{"mpyx: a function pointer of the graph points to no function of this program"};
  }
  if (process::is_system_library(*module)) {
    throw Error{"mpyx: the function '" + function_name(function) + "' of " + module->path +
                " cannot be a stage by itself, since its variants differ by processor; wrap it in a lambda"};
  }
  const process::CodeAddress address = process::locate(function);
  writer.write(&address, sizeof address);
}

const void* load_function(Reader& reader) {
  process::CodeAddress address;
  reader.read(&address, sizeof address);
  const void* function = process::resolve(address);
  if (function == nullptr || !process::executable(function)) {
    throw Error{
        "mpyx: a function of this graph is unknown to this rank's program; all ranks have to run the same build"};
  }
  return function;
}

void throw_truncated(std::size_t wanted, std::size_t left) {
  throw Error{"mpyx: encoded data ends too early: " + std::to_string(wanted) + " wanted, " + std::to_string(left) +
              " left; save and load of a class have to match"};
}

void StageBase::throw_not_running() {
  throw Error{
      "mpyx: a stage can put(), stop() or sleep() from setup() on, and knows who it is from initialize() on: not in a "
      "constructor"};
}

}  // namespace mpyx::detail
