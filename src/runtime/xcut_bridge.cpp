#include <mpyx/detail/xcut.hpp>
#include <mpyx/error.hpp>

#include <algorithm>
#include <deque>
#include <utility>
#include <vector>

#include "channel/attachment.hpp"

namespace mpyx::runtime {

namespace {

/// Stages wait at their cells, where their run can end the wait as well. A cell is woken under the lock, and takes itself off
/// the list under it: so a run's memory is never touched after its stage has gone on.
///
/// The receiver takes all that waits at once. It counts until the receiver comes for more: so never more than the capacity is
/// here, save that the last item may be of any size.
class Bridge : public detail::XcutBridge {
 public:
  Bridge(std::size_t capacity_items, std::size_t capacity_bytes)
      : most_items_{capacity_items != 0 ? capacity_items : 1024},
        most_bytes_{capacity_bytes != 0 ? capacity_bytes : std::size_t{64} << 20} {}

  void put(std::shared_ptr<void> item, std::size_t bytes) override {
    until(true, [&] {
      if (abandoned_) return true;
      if (items_ >= most_items_ || bytes_ >= most_bytes_) return false;
      ++items_;
      bytes_ += bytes;
      waiting_.push_back(std::move(item));
      wake_all();
      return true;
    });
  }

  std::shared_ptr<void> get() override {
    if (taken_.empty()) {
      until(false, [this] {
        give_room();
        if (waiting_.empty()) return closed_;
        taken_.swap(waiting_);
        taken_items_ = items_;
        taken_bytes_ = bytes_;
        return true;
      });
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
  /// Tries under the lock, and waits in between. Throws Stopped when the calling stage has to end.
  template <class Attempt>
  void until(bool for_room, Attempt attempt) {
    channel::Waiter& waiter = channel::this_waiter();
    bool done = false;
    const auto over = [&] {
      if (done || waiter.must_end()) return true;
      const std::lock_guard lock{mutex_};
      done = attempt();
      return done;
    };
    if (!over()) {
      const Listed listed{*this, waiter.cell()};
      const detail::KnownWait known{waiter, memory::null_offset, for_room};
      memory::park(waiter.cell(), over);
    }
    if (!done) throw Stopped{};
  }

  void give_room() {
    if (taken_items_ == 0) return;
    items_ -= std::exchange(taken_items_, 0);
    bytes_ -= std::exchange(taken_bytes_, 0);
    wake_all();
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

  const std::size_t most_items_;
  const std::size_t most_bytes_;
  std::mutex mutex_;
  std::size_t items_ = 0;  // here, those that were taken last included
  std::size_t bytes_ = 0;
  std::size_t taken_items_ = 0;
  std::size_t taken_bytes_ = 0;
  std::deque<std::shared_ptr<void>> waiting_;
  std::deque<std::shared_ptr<void>> taken_;  // the receiver's own
  std::vector<memory::WaitCell*> cells_;
  bool closed_ = false;
  bool abandoned_ = false;
};

}  // namespace

}  // namespace mpyx::runtime

namespace mpyx::detail {

std::shared_ptr<XcutBridge> XcutBridge::make(std::size_t capacity_items, std::size_t capacity_bytes) {
  return std::make_shared<runtime::Bridge>(capacity_items, capacity_bytes);
}

}  // namespace mpyx::detail
