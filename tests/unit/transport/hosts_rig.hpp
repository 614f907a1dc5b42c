#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "channel/in_port.hpp"
#include "channel/out_port.hpp"
#include "transport/courier.hpp"

namespace mpyx::transport {

/// One host of a test: its shared memory and its courier. What its threads tell each other beside the channel goes through
/// control messages, so that the hosts may as well be processes.
class TestHost {
 public:
  struct Sizes {
    std::size_t segment = std::size_t{1} << 28;
    std::size_t cells = 64;
    Courier::Options options = {};
  };

  TestHost(Link& link, Sizes sizes);
  ~TestHost();

  int number() const { return number_; }
  int hosts() const { return hosts_; }
  channel::Domain& domain() { return domain_; }
  Courier& courier() { return *courier_; }
  memory::Offset cell(std::size_t number) const { return cells_ + number * sizeof(memory::WaitCell); }
  memory::Offset courier_cell() const { return cell(0); }
  /// A cell that no other thread has.
  memory::Offset new_cell() { return cell(next_cell_++); }

  /// Everybody's bytes, by host, at everybody. Each host calls it equally often.
  std::vector<std::vector<std::byte>> exchange(std::span<const std::byte> mine);
  void barrier() { exchange({}); }

  int lost_host();  ///< waits until one is
  std::vector<std::string> failures();
  bool expects_loss = false;

  /// Blocks in use when nothing of a test is left.
  std::size_t blocks_at_rest() const { return blocks_at_rest_; }

 private:
  static memory::Segment make_segment(std::size_t bytes);
  void heard(int from, std::span<const std::byte> message);

  int number_;
  int hosts_;
  channel::Domain domain_;
  std::size_t blocks_before_;
  memory::Offset cells_;
  std::size_t blocks_at_rest_;
  std::size_t next_cell_ = 1;
  std::unique_ptr<Courier> courier_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::deque<std::vector<std::byte>>> heard_;  // by sender
  std::vector<int> lost_;
  std::vector<std::string> failures_;
};

/// The hosts of a test and what connects them.
class Cluster {
 public:
  using Body = std::function<void(TestHost&)>;

  virtual ~Cluster() = default;
  virtual int hosts() const = 0;
  /// Runs the body on every host that is in this process, with its courier beside it; returns when all have left.
  virtual void run(const TestHost::Sizes& sizes, const Body& body) = 0;
};

/// What one kind of link offers to the suite; chosen by name.
std::unique_ptr<Cluster> make_cluster(const std::string& kind, int hosts);
std::vector<std::string> cluster_kinds();

/// A channel over several hosts: `producers[h]` and `consumers[h]` of them on host h.
struct Plan {
  std::vector<std::uint32_t> producers, consumers;
  std::uint64_t items = 62;  ///< of a lane
  std::uint64_t bytes = std::uint64_t{8} << 20;
  std::size_t slot = 56;
  Credit::Limits limits = {};
  ChannelKey key{1, 1};
  std::vector<std::uint32_t> gates = {};  ///< that number its items; attached before
};

/// One host's part of it.
class ChannelPart {
 public:
  ChannelPart(TestHost& host, const Plan& plan);
  ~ChannelPart();
  ChannelPart(const ChannelPart&) = delete;
  ChannelPart& operator=(const ChannelPart&) = delete;

  bool exists() const { return inbox_ != memory::null_offset; }
  std::uint32_t producers() const { return plan_.producers[me()]; }
  std::uint32_t consumers() const { return plan_.consumers[me()]; }
  channel::InPort in(std::uint32_t consumer) { return {host_->domain(), inbox_, consumer}; }
  channel::OutPort out(std::uint32_t producer) { return {host_->domain(), inbox_, producer}; }
  memory::WaitCell& producer_cell(std::uint32_t n) { return inbox().producer_cell(host_->domain(), n); }
  memory::WaitCell& consumer_cell(std::uint32_t n) { return inbox().consumer_cell(host_->domain(), n); }
  channel::Inbox& inbox() { return *host_->domain().at<channel::Inbox>(inbox_); }
  /// Before the end of the test: the courier lets go of it.
  void detach();

 private:
  std::size_t me() const { return static_cast<std::size_t>(host_->number()); }

  TestHost* host_;
  Plan plan_;
  memory::Offset inbox_ = memory::null_offset;
  bool detached_ = false;
};

}  // namespace mpyx::transport
