#include <mpyx/detail/xcut.hpp>
#include <mpyx/error.hpp>

#include <algorithm>
#include <deque>
#include <vector>

#include "channel/waiter.hpp"

namespace mpyx::runtime {

namespace {

/// Stages wait at their cells, where their run can end the wait as well. A cell is woken under the lock, and takes itself off
/// the list under it: so a run's memory is never touched after its stage has gone on.
class Bridge : public detail::XcutBridge {
 public:
  void put(std::shared_ptr<void> item) override {
    wait([this] { return abandoned_ || waiting_.size() < most; });
    const std::lock_guard lock{mutex_};
    if (abandoned_) return;
    waiting_.push_back(std::move(item));
    wake_all();
  }

  std::shared_ptr<void> get() override {
    if (taken_.empty()) {
      wait([this] { return closed_ || !waiting_.empty(); });
      const std::lock_guard lock{mutex_};
      taken_.swap(waiting_);
      wake_all();
    }
    if (taken_.empty()) return nullptr;
    auto item = std::move(taken_.front());
    taken_.pop_front();
    return item;
  }

  void close() override {
    const std::lock_guard lock{mutex_};
    closed_ = true;
    wake_all();
  }

  void abandon() override {
    std::deque<std::shared_ptr<void>> dropped;  // destroyed without the lock
    const std::lock_guard lock{mutex_};
    abandoned_ = true;
    dropped.swap(waiting_);
    wake_all();
  }

 private:
  static constexpr std::size_t most = 1024;  // as many more may be taken; the runs' own channels wait before that

  /// Until `ready`, which is asked under the lock. Throws Stopped when the calling stage has to end.
  template <class Ready>
  void wait(Ready ready) {
    channel::Waiter& waiter = channel::this_waiter();
    const auto now = [&] {
      const std::lock_guard lock{mutex_};
      return ready();
    };
    if (!now()) {
      const Listed listed{*this, waiter.cell()};
      memory::park(waiter.cell(), [&] { return now() || waiter.must_end(); });
    }
    if (waiter.must_end()) throw Stopped{};
  }

  struct Listed {
    Bridge& bridge;
    memory::WaitCell& cell;
    Listed(Bridge& waits, memory::WaitCell& at) : bridge{waits}, cell{at} {
      const std::lock_guard lock{bridge.mutex_};
      bridge.cells_.push_back(&cell);
    }
    ~Listed() {
      const std::lock_guard lock{bridge.mutex_};
      std::erase(bridge.cells_, &cell);
    }
  };

  void wake_all() {
    for (auto* cell : cells_) memory::interrupt(*cell);
  }

  std::mutex mutex_;
  std::deque<std::shared_ptr<void>> waiting_;
  std::deque<std::shared_ptr<void>> taken_;  // the receiver's own
  std::vector<memory::WaitCell*> cells_;
  bool closed_ = false;
  bool abandoned_ = false;
};

}  // namespace

}  // namespace mpyx::runtime

namespace mpyx::detail {

std::shared_ptr<XcutBridge> XcutBridge::make() { return std::make_shared<runtime::Bridge>(); }

}  // namespace mpyx::detail
