// The courier's part of Seq and Zip over several hosts, with messages that this program carries in any order.
#include "transport/gate_account.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <memory>
#include <random>

#include "memory/fences.hpp"

namespace mpyx::transport {
namespace {

constexpr std::uint64_t window = 64;

/// One Seq on several hosts; host 0 is its home. Items are in the hands of hosts or in messages.
class Hosts {
 public:
  explicit Hosts(int hosts) : items_(static_cast<std::size_t>(hosts)) {
    auto segment = memory::Segment::create(std::size_t{1} << 24);
    memory::Arena::format(segment);
    memory::fences_decide(segment);
    domain_ = std::make_unique<channel::Domain>(std::move(segment), std::uint16_t{0});
    cells_ = domain_->arena.allocate(4096, {});
    std::fill_n(domain_->at<std::byte>(cells_), 4096, std::byte{0});
    for (int host = 0; host < hosts; ++host) {
      gates_.push_back(host == 0 ? channel::Gate::create(*domain_, window, cells_, cells_ + 64)
                                 : channel::Gate::create_branch(*domain_, window, cells_ + 128));
      accounts_.emplace_back(*domain_, gates_.back(), 0, host);
    }
  }

  channel::Gate& gate(int host) { return *domain_->at<channel::Gate>(gates_[at(host)]); }
  std::uint64_t enter() {
    const auto tag = gate(0).enter();
    add(0, tag);
    gate(0).done(*domain_, tag);
    return tag;
  }
  /// A node there puts one more item of the input of one that it has.
  void add(int host, std::uint64_t tag) {
    gate(host).add(tag);
    items_[at(host)].push_back(tag);
  }
  std::deque<std::uint64_t>& items(int host) { return items_[at(host)]; }
  void finish(int host) {
    gate(host).done(*domain_, items(host).front());
    items(host).pop_front();
  }
  /// The oldest item there goes to another host; false while it has to wait for weight.
  bool send(int from, int to) {
    const auto tag = items(from).front();
    if (!accounts_[at(from)].may_leave(tag)) return false;
    items(from).pop_front();
    messages_.push_back({from, to, {tag, accounts_[at(from)].leave(tag)}, true});
    return true;
  }
  void send_news(int host) {
    if (host == 0 || !accounts_[at(host)].has_news()) return;
    for (const Weight& each : accounts_[at(host)].take_news()) messages_.push_back({host, 0, each, false});
  }
  bool any_message() const { return !messages_.empty(); }
  std::size_t item_messages(std::uint64_t tag) const {
    return static_cast<std::size_t>(std::count_if(messages_.begin(), messages_.end(),
                                                  [&](const Message& m) { return m.item && m.weight.tag == tag; }));
  }
  /// The next message between the two hosts of one of them: only there is an order.
  void receive(std::size_t any) {
    any %= messages_.size();
    const auto first = std::find_if(messages_.begin(), messages_.end(), [&](const Message& m) {
      return m.from == messages_[any].from && m.to == messages_[any].to;
    });
    const Message message = *first;
    messages_.erase(first);
    GateAccount& account = accounts_[at(message.to)];
    if (message.item) {
      ASSERT_TRUE(account.arrive(message.weight.tag, message.weight.weight));
      items_[at(message.to)].push_back(message.weight.tag);
      return;
    }
    ASSERT_TRUE(account.weight_came(message.weight));
    if (const auto answer = account.take_answer()) messages_.push_back({0, message.from, *answer, false});
  }
  std::size_t anywhere(std::uint64_t tag) const {
    std::size_t sum = item_messages(tag);
    for (const auto& there : items_) sum += static_cast<std::size_t>(std::count(there.begin(), there.end(), tag));
    return sum;
  }
  /// The exit takes what it can; an input is complete only when nothing of it is anywhere.
  void release() {
    while (gate(0).complete()) {
      const auto tag = gate(0).released.load();
      ASSERT_EQ(anywhere(tag), 0u) << tag;
      gate(0).release(*domain_);
    }
  }

 private:
  struct Message {
    int from, to;
    Weight weight;
    bool item;
  };
  static std::size_t at(int host) { return static_cast<std::size_t>(host); }

  std::unique_ptr<channel::Domain> domain_;
  memory::Offset cells_;
  std::vector<memory::Offset> gates_;
  std::vector<GateAccount> accounts_;
  std::vector<std::deque<std::uint64_t>> items_;
  std::deque<Message> messages_;
};

TEST(GateAccount, AnInputIsCompleteWhenNothingOfItIsAnywhere) {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    std::minstd_rand random{seed};
    const auto below = [&](std::size_t end) { return static_cast<int>(random() % end); };
    const int hosts = 2 + below(4);
    Hosts all{hosts};
    constexpr int inputs = 300;
    int entered = 0;
    for (int step = 0; all.gate(0).released.load() < inputs; ++step) {
      ASSERT_LT(step, 1'000'000) << "seed " << seed << ": released " << all.gate(0).released.load();
      const int host = below(static_cast<std::size_t>(hosts));
      switch (below(8)) {
        case 0:
          if (entered < inputs && all.gate(0).has_room()) all.enter(), ++entered;
          break;
        case 1:
          if (!all.items(host).empty() && below(3) == 0) all.add(host, all.items(host).front());
          break;
        case 2:
        case 3:
          if (!all.items(host).empty()) all.finish(host);
          break;
        case 4:
        case 5:
          if (const int to = below(static_cast<std::size_t>(hosts)); !all.items(host).empty() && to != host)
            all.send(host, to);
          break;
        case 6:
          all.send_news(host);
          break;
        default:
          if (all.any_message()) all.receive(random());
          break;
      }
      all.release();
      if (HasFatalFailure()) FAIL() << "seed " << seed;
    }
  }
}

TEST(GateAccount, WhoHasGivenAwayMostOfItsWeightGetsMore) {
  Hosts all{3};
  const auto tag = all.enter();
  ASSERT_TRUE(all.send(0, 1));
  all.receive(0);
  constexpr int many = 100'000;
  int waited = 0;
  for (int i = 0; i < many; ++i) {
    all.add(1, tag);
    while (!all.send(1, 2)) {
      ++waited;
      all.send_news(1);
      ASSERT_TRUE(all.any_message());
      while (all.any_message()) all.receive(0);
    }
    all.release();
    ASSERT_EQ(all.gate(0).released.load(), 0u);
  }
  EXPECT_GT(waited, 0);
  while (all.any_message()) all.receive(0);
  while (!all.items(2).empty()) all.finish(2);
  all.finish(1);
  for (int i = 0; i < 3; ++i) {
    all.send_news(1);
    all.send_news(2);
    while (all.any_message()) all.receive(0);
  }
  all.release();
  EXPECT_EQ(all.gate(0).released.load(), 1u);
}

TEST(GateAccount, TheLastItemTakesAllWeightAlong) {
  Hosts all{3};
  all.enter();
  for (const int to : {1, 2, 1, 2, 0}) {
    const int from = all.items(0).empty() ? (all.items(1).empty() ? 2 : 1) : 0;
    ASSERT_TRUE(all.send(from, to));
    all.receive(0);
    all.send_news(from);
    EXPECT_FALSE(all.any_message());
  }
  all.finish(0);
  all.release();
  EXPECT_EQ(all.gate(0).released.load(), 1u);
}

TEST(GateAccount, AQuestionThatComesAfterTheWeightIsNotAnswered) {
  Hosts all{3};
  const auto tag = all.enter();
  ASSERT_TRUE(all.send(0, 1));
  all.receive(0);
  do {
    all.add(1, tag);
  } while (all.send(1, 2));  // until host 1 has asked, and waits with two items
  while (all.any_message()) all.receive(0);
  all.send_news(1);
  all.finish(1);
  ASSERT_TRUE(all.send(1, 2));  // the last one
  all.receive(1);
  while (!all.items(2).empty()) all.finish(2);
  all.send_news(2);
  all.receive(1);
  all.release();
  EXPECT_EQ(all.gate(0).released.load(), 1u);
  ASSERT_TRUE(all.any_message());  // the question
  all.receive(0);
  EXPECT_FALSE(all.any_message());
}

TEST(GateAccount, AnItemOfAnInputThatIsOverHoldsUpNothing) {
  Hosts all{3};
  const auto over = all.enter();
  all.finish(0);
  all.release();
  for (std::uint64_t i = 1; i <= window; ++i) {  // the last one has the place of the first
    all.enter();
    if (i == window) break;
    all.finish(0);
    all.release();
  }
  all.add(0, over);
  all.add(1, over);
  std::rotate(all.items(0).begin(), all.items(0).begin() + 1, all.items(0).end());
  ASSERT_TRUE(all.send(0, 1));  // the stray
  ASSERT_TRUE(all.send(0, 1));
  while (all.any_message()) all.receive(0);
  while (!all.items(1).empty()) {
    ASSERT_TRUE(all.send(1, 2));
    all.receive(0);
  }
  while (!all.items(2).empty()) {
    ASSERT_TRUE(all.send(2, 0));
    all.receive(0);
  }
  while (!all.items(0).empty()) all.finish(0);
  for (const int host : {1, 2}) all.send_news(host);
  while (all.any_message()) all.receive(0);
  all.release();
  EXPECT_EQ(all.gate(0).released.load(), window + 1);
}

TEST(GateAccount, RefusesWeightThatWasNotLent) {
  auto segment = memory::Segment::create(std::size_t{1} << 24);
  memory::Arena::format(segment);
  memory::fences_decide(segment);
  channel::Domain domain{std::move(segment), 0};
  const auto cells = domain.arena.allocate(4096, {});
  std::fill_n(domain.at<std::byte>(cells), 4096, std::byte{0});
  const auto gate = channel::Gate::create(domain, window, cells, cells + 64);
  GateAccount home{domain, gate, 0, 0};
  EXPECT_FALSE(home.weight_came({5, 1}));
  EXPECT_FALSE(home.weight_came({channel::tag_last, 1}));
  EXPECT_FALSE(home.arrive(5, 7));
  EXPECT_TRUE(home.arrive(channel::tag_last, 0));
  GateAccount away{domain, channel::Gate::create_branch(domain, window, cells + 128), 0, 1};
  EXPECT_TRUE(away.arrive(5, 3));
  EXPECT_FALSE(away.arrive(5 + window, 3));
  EXPECT_FALSE(away.weight_came({6, 1}));
}

}  // namespace
}  // namespace mpyx::transport
