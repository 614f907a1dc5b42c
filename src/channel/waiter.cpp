#include "channel/waiter.hpp"

#include <mpyx/error.hpp>

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <utility>

namespace mpyx::channel {

namespace {

std::shared_ptr<Domain>& domain_slot() {
  static std::shared_ptr<Domain> domain;
  return domain;
}

/// Of the main thread's wait: its place, the lowest bit set when it waits for room. Read by whoever watches; it is a hint.
std::atomic<std::uint64_t> main_waits_at{0};
constexpr std::uint64_t for_room_bit = 1;
std::atomic<int> others{0};  // ThreadWaiters, but for the main thread's; a hint likewise

/// A cell for a thread that is no stage's: the user's main() or a thread it started.
class ThreadWaiter : public Waiter {
 public:
  explicit ThreadWaiter(std::shared_ptr<Domain> domain) : domain_{std::move(domain)} {
    constexpr std::size_t aligned = 4096;  // blocks of this size are 64-aligned
    block_ = domain_->arena.allocate(aligned, memory::Owner{domain_->process, 0});
    std::fill_n(domain_->at<std::byte>(block_), sizeof(memory::WaitCell), std::byte{0});
    if (!is_main_) others.fetch_add(1, relaxed);
  }
  ~ThreadWaiter() override {
    if (!is_main_) others.fetch_sub(1, relaxed);
    domain_->arena.release(block_);
  }
  memory::WaitCell& cell() override { return *domain_->at<memory::WaitCell>(block_); }
  bool must_end() const override { return false; }
  void wait_begins(memory::Offset at, bool for_room) noexcept override {
    if (is_main_) main_waits_at.store(at == memory::null_offset ? 0 : at | (for_room ? for_room_bit : 0), relaxed);
  }
  void wait_ends() noexcept override {
    if (is_main_) main_waits_at.store(0, relaxed);
  }
  bool of(const Domain* domain) const { return domain_.get() == domain; }

 private:
  static constexpr std::memory_order relaxed = std::memory_order_relaxed;

  std::shared_ptr<Domain> domain_;
  memory::Offset block_;
  bool is_main_ = on_main_thread();
};

thread_local Waiter* waiter_of_stage = nullptr;
thread_local std::optional<ThreadWaiter> thread_waiter;

}  // namespace

void set_process_domain(std::shared_ptr<Domain> domain) { domain_slot() = std::move(domain); }
const std::shared_ptr<Domain>& process_domain() { return domain_slot(); }

Waiter& this_waiter() {
  if (waiter_of_stage != nullptr) return *waiter_of_stage;
  const auto& domain = process_domain();
  if (!domain) throw Error{"mpyx: no Session: make one first in main(): mpyx::Session session{argc, argv};"};
  if (!thread_waiter || !thread_waiter->of(domain.get())) thread_waiter.emplace(domain);
  return *thread_waiter;
}

MainWait main_wait() noexcept {
  const std::uint64_t seen = main_waits_at.load(std::memory_order_relaxed);
  return {seen & ~for_room_bit, (seen & for_room_bit) != 0};
}

bool on_main_thread() noexcept {
  thread_local const bool is_main = ::syscall(SYS_gettid) == ::getpid();
  return is_main;
}

bool other_threads() noexcept { return others.load(std::memory_order_relaxed) != 0; }

Waiter* stage_waiter() { return waiter_of_stage; }
void set_this_waiter(Waiter* waiter) { waiter_of_stage = waiter; }

}  // namespace mpyx::channel
