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
  Bridge(std::size_t most_items, std::size_t most_bytes) : most_items_{most_items}, most_bytes_{most_bytes} {}

  void put(std::shared_ptr<void> item, std::size_t bytes) override {
    until(true, [&] {
      if (abandoned_) return true;
      if (waiting_.size() + taken_items_ >= most_items_ || waiting_bytes_ + taken_bytes_ >= most_bytes_) return false;
      waiting_.push_back(std::move(item));
      waiting_bytes_ += bytes;
      wake_all();
      return true;
    });
  }

  std::shared_ptr<void> get() override {
    if (taken_.empty()) {
      until(false, [this] {
        if (std::exchange(taken_items_, waiting_.size()) != 0) wake_all();  // there is room
        taken_bytes_ = std::exchange(waiting_bytes_, 0);
        taken_.swap(waiting_);
        return taken_items_ != 0 || closed_;
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
  std::deque<std::shared_ptr<void>> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::deque<std::shared_ptr<void>> taken_;  // the receiver's own
  std::size_t taken_items_ = 0;              // when it came last
  std::size_t taken_bytes_ = 0;
  std::vector<memory::WaitCell*> cells_;
  bool closed_ = false;
  bool abandoned_ = false;
};

}  // namespace

}  // namespace mpyx::runtime

namespace mpyx::detail {

std::shared_ptr<XcutBridge> XcutBridge::make(std::size_t most_items, std::size_t most_bytes) {
  return std::make_shared<runtime::Bridge>(most_items, most_bytes);
}

}  // namespace mpyx::detail
