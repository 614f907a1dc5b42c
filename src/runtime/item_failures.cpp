#include <mpyx/error.hpp>

#include <algorithm>
#include <exception>
#include <thread>

#include "runtime/node_runner.hpp"

/// What a node does about an item whose process() threw: the error policies.
namespace mpyx::runtime {

using detail::ErrorPolicy;

/// One try with its puts held back: they leave only when the call has returned.
bool NodeRunner::attempt(const wire::FrameView& item, std::string& message) {
  struct Hold {
    NodeContext& context;
    explicit Hold(NodeContext& node) : context{node} { context.hold(true); }
    ~Hold() {
      context.hold(false);
      context.drop_held();
    }
  } hold{*context_};
  try {
    invoke(item, nullptr);
  } catch (const Stopped&) {
    throw;
  } catch (const std::exception& error) {
    message = error.what();
    return false;
  } catch (...) {
    message = "an exception that is no std::exception";
    return false;
  }
  context_->commit_held();
  return true;
}

Verdict NodeRunner::decide(const wire::FrameView& item, int tried, const std::string& message) {
  switch (parts_.policy) {
    case ErrorPolicy::Kind::skip:
      return Verdict::skip;
    case ErrorPolicy::Kind::retry:
      return tried > parts_.retries ? Verdict::abort : Verdict::retry;
    case ErrorPolicy::Kind::handler:
      return ask_handler(message);
    case ErrorPolicy::Kind::dead_letter:
      send_dead_letter(item, message);
      return Verdict::skip;
    case ErrorPolicy::Kind::abort:
      break;
  }
  return Verdict::abort;
}

/// Before another try: twice as long each time.
std::chrono::nanoseconds NodeRunner::back_off(int tried) const {
  if (parts_.policy != ErrorPolicy::Kind::retry) return {};
  return std::chrono::nanoseconds{parts_.pause_ns << std::min(tried - 1, 20)};
}

Verdict NodeRunner::ask_handler(const std::string& message) {
  auto& verdict = context_->block().verdict;
  verdict.store(0, std::memory_order_relaxed);
  events_->send(wire::StageFailed{parts_.run, node_, "process", item_, message, context_->identity().rank, true});
  memory::park(context_->cell(), [&] { return verdict.load(std::memory_order_acquire) != 0 || context_->must_end(); });
  const std::uint32_t answer = verdict.load(std::memory_order_acquire);
  if (answer == 0) throw Stopped{};
  return static_cast<Verdict>(answer - 1);
}

void NodeRunner::send_dead_letter(const wire::FrameView& item, const std::string& message) {
  if (!item.blocks.empty())
    throw std::runtime_error{message + " (its item holds a Buffer and cannot become a dead letter)"};
  const auto& who = context_->identity();
  DeadLetter letter{who.name, who.replica, item_, message, who.rank, who.host, parts_.type->given.name(), {}};
  letter.bytes.assign(reinterpret_cast<const char*>(item.value.data()), item.value.size());
  detail::emit_as<DeadLetter>(context_->xcut(detail::dead_letter_name, typeid(DeadLetter)), letter);
}

}  // namespace mpyx::runtime
