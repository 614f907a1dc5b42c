#pragma once

#include <mpyx/error.hpp>
#include <mpyx/serialize.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace mpyx {

struct DeadLetter;

namespace detail {

/// What is done about an item whose process() threw.
struct ErrorPolicy {
  enum class Kind : std::uint8_t { abort, skip, retry, handler, dead_letter };
  Kind kind = Kind::abort;
  int retries = 0;
  std::chrono::nanoseconds pause{0};  ///< before the first retry; doubles with each
  std::function<Verdict(const StageError&)> handler;
};

/// The xcut under which dead letters travel.
inline constexpr const char* dead_letter_name = "dead letters";

struct SkipWord {};
struct RetryWord {
  int more;
  std::chrono::nanoseconds pause;
};
class Origin;
template <class Pipeline, bool may_be_shared>
struct DeadLetterWord {
  static constexpr bool shareable = may_be_shared;
  Pipeline pipeline;
  std::shared_ptr<Origin> origin;  ///< of the object that the user has
};

template <class Pipeline>
std::shared_ptr<Origin> origin_of(const Pipeline& pipeline);

[[noreturn]] void throw_other_item(const DeadLetter& letter, const std::type_info& asked);

}  // namespace detail

/// on_error(skip): drop the item and go on.
inline constexpr detail::SkipWord skip{};

/// on_error(retry(n)): process the item up to `more` times again, pausing `pause` before the first and twice as long before
/// each further try; when all fail, the pipeline ends with the last error. Throws Error for less than 0.
inline detail::RetryWord retry(int more, std::chrono::nanoseconds pause = std::chrono::milliseconds{1}) {
  if (more < 0) throw Error{"mpyx: retry(" + std::to_string(more) + "): the number of further tries, 0 or more"};
  return {more, pause};
}

/// What on_error(dead_letter(pipeline)) sends: an item that could not be processed, and why.
struct DeadLetter {
  std::string stage;
  int replica = 0;
  std::int64_t number = -1;  ///< of the item among those of its replica
  std::string message;
  int rank = 0;
  std::string host;
  std::string type;   ///< of the item, as typeid().name()
  std::string bytes;  ///< the encoded item

  /// The item itself. Throws Error when it is of another type.
  template <class T>
  T item() const {
    if (type != typeid(T).name()) detail::throw_other_item(*this, typeid(T));
    detail::Reader reader{std::as_bytes(std::span{bytes})};
    return detail::decode<T>(reader);
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(stage, replica, number, message, rank, host, type, bytes);
  }
};

/// on_error(dead_letter(pipeline)): hands the item, as a DeadLetter, to a pipeline that takes those, and goes on. A failure in
/// that pipeline ends the run. Items with Buffers inside cannot be handed over and end the run. One pipeline object may take
/// the dead letters of several parts and pipelines, as in Pipeline::xcut().
template <class Pipeline>
auto dead_letter(Pipeline&& pipeline) {
  using Word = detail::DeadLetterWord<std::remove_cvref_t<Pipeline>, std::is_lvalue_reference_v<Pipeline>>;
  return Word{pipeline, detail::origin_of(pipeline)};
}

}  // namespace mpyx
