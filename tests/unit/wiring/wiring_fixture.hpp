#pragma once

#include <gtest/gtest.h>
#include <mpyx/error.hpp>
#include <mpyx/wiring.hpp>

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "channel/handle_transit.hpp"
#include "channel/local_attachment.hpp"
#include "channel/remote_holders.hpp"
#include "channel/remote_requests.hpp"
#include "channel/waiter.hpp"
#include "channel/way_home.hpp"
#include "memory/fences.hpp"

namespace mpyx {

using namespace std::chrono_literals;

/// The session's shared memory without a session.
inline std::shared_ptr<channel::Domain> make_domain() {
  auto segment = memory::Segment::create(std::size_t{256} << 20);
  memory::fences_decide(segment);
  memory::Arena::format(segment);
  return std::make_shared<channel::Domain>(std::move(segment), std::uint16_t{0});
}

/// Held while answers are delivered: a stage's cell is there until then.
inline std::mutex delivering;

/// Makes all stages those of another host, as far as their handles know: what they ask goes through the same messages. Both
/// hosts have the same memory.
class Away {
 public:
  explicit Away(const std::shared_ptr<channel::Domain>& domain)
      : domain_{domain}, holders_{domain, [this](int, const channel::WiringAnswer& answer) { deliver(answer); }} {
    channel::set_way_home(
        [this](const wire::WiringCalled& called) { holders_.call(1, copied(channel::call_of(*domain_, called))); });
  }
  ~Away() { channel::set_way_home(nullptr); }
  /// Everything that stages have said is obeyed.
  void settle() {
    std::promise<void> settled;
    holders_.then([&] { settled.set_value(); });
    settled.get_future().wait();
  }

 private:
  /// As it travels.
  template <class T>
  static T copied(const T& message) {
    detail::Writer count{{}};
    detail::encode(message, count);
    std::vector<std::byte> bytes(count.size());
    detail::Writer writer{bytes};
    detail::encode(message, writer);
    detail::Reader reader{bytes};
    return detail::decode<T>(reader);
  }
  void deliver(const channel::WiringAnswer& answer) {
    const std::lock_guard lock{delivering};
    channel::deliver(*domain_, copied(answer), [this](const channel::WiringCall& call) { holders_.call(1, call); });
  }

  std::shared_ptr<channel::Domain> domain_;
  channel::RemoteHolders holders_;
};
inline Away* away = nullptr;

/// What the runtime is for a stage's thread.
class StageThread : public channel::Waiter {
 public:
  explicit StageThread(channel::Domain& domain)
      : domain_{&domain}, block_{domain.arena.allocate(4096, {domain.process, 0})} {
    std::fill_n(domain.at<std::byte>(block_), sizeof(memory::WaitCell), std::byte{0});
  }
  ~StageThread() override {
    const std::lock_guard lock{delivering};
    domain_->arena.release(block_);
  }
  memory::WaitCell& cell() override { return *domain_->at<memory::WaitCell>(block_); }
  bool must_end() const override { return stop_.load(std::memory_order_acquire); }
  void stop() {
    stop_.store(true, std::memory_order_release);
    memory::interrupt(cell());
  }

 private:
  channel::Domain* domain_;
  memory::Offset block_;
  std::atomic<bool> stop_{false};
};

/// Handles on their way into a stage.
template <class... Handles>
class Sent {
 public:
  explicit Sent(const Handles&... handles) {
    detail::Writer writer{bytes_};
    transit_.send([&] { (detail::encode(handles, writer), ...); });
  }
  /// As at the end of a run: tickets are taken back once everything that the stages have said is obeyed.
  ~Sent() {
    if (away != nullptr) away->settle();
  }
  /// On the stage's thread.
  std::tuple<Handles...> arrive() const {
    detail::Reader reader{bytes_};
    return std::tuple<Handles...>{detail::decode<Handles>(reader)...};
  }

 private:
  std::vector<std::byte> bytes_ = std::vector<std::byte>(sizeof...(Handles) * 24);
  channel::HandleTransit transit_;
};

/// A stage on a thread of its own: body(handles...) may throw Stopped, which is noted.
template <class... Handles>
class Stage {
 public:
  template <class Body>
  Stage(channel::Domain& domain, Body body, const Handles&... handles)
      : waiter_{domain}, sent_{handles...}, thread_{[this, body] { run(body); }} {}
  ~Stage() { join(); }
  void stop() { waiter_.stop(); }
  /// Whether it ended by Stopped.
  bool stopped() {
    join();
    return stopped_;
  }
  void join() {
    if (thread_.joinable()) thread_.join();
    if (away != nullptr) away->settle();
  }

 private:
  template <class Body>
  void run(Body body) {
    channel::set_this_waiter(&waiter_);
    try {
      auto handles = sent_.arrive();
      std::apply(body, handles);
    } catch (const Stopped&) {
      stopped_ = true;
    }
    channel::set_this_waiter(nullptr);
  }

  StageThread waiter_;
  Sent<Handles...> sent_;
  bool stopped_ = false;
  std::thread thread_;
};
template <class Body, class... Handles>
Stage(channel::Domain&, Body, const Handles&...) -> Stage<Handles...>;

/// Looks behind a handle.
template <class Handle>
struct Inside : Handle {
  explicit Inside(const Handle& handle) : Handle{handle} {}
  detail::Attachment& attachment() const { return *this->handle_; }
};
template <class Handle>
channel::Wiring& wiring_of(const Handle& handle) {
  const auto& attachment = Inside<Handle>{handle}.attachment();
  return *attachment.domain().template at<channel::Wiring>(attachment.offset());
}
/// Returns once so many threads wait at it.
template <class Handle>
void until_waiting(const Handle& handle, std::uint32_t threads) {
  const Inside<Handle> inside{handle};
  for (;;) {
    {
      const channel::WiringLock lock{inside.attachment().domain(), wiring_of(handle)};
      std::uint32_t waiting = 0;
      for (std::size_t i = 0; i < channel::WaitTable::reasons; ++i) {
        waiting += wiring_of(handle).waiters.waiting(static_cast<channel::WaitTable::Reason>(i));
      }
      if (waiting >= threads) return;
    }
    std::this_thread::yield();
  }
}

class WiringTest : public ::testing::Test {
 protected:
  WiringTest() {
    channel::set_process_domain(domain_);
#ifdef MPYX_STAGES_ARE_AWAY
    away_.emplace(domain_);
    away = &*away_;
#endif
  }
  ~WiringTest() override {
    away = nullptr;
    away_.reset();
    channel::set_process_domain(nullptr);
    EXPECT_LE(domain_->arena.used_blocks(), 1U) << "only this thread's own cell may be left";
  }

  std::shared_ptr<channel::Domain> domain_ = make_domain();
  std::optional<Away> away_;
  /// In use when nothing is left: this thread's cell, and that for the stages of another host.
  std::size_t own_blocks() const { return away_ ? 2 : 1; }
};

}  // namespace mpyx
