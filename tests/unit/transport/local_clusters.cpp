#include "faulty_link.hpp"
#include "hosts_rig.hpp"
#include "transport/loopback_link.hpp"

namespace mpyx::transport {

namespace {

constexpr std::int64_t longest_delay = 1'000'000;

/// Hosts as threads of this process.
class Threads : public Cluster {
 public:
  Threads(int hosts, bool faulty) : hosts_{hosts}, faulty_{faulty} {}
  int hosts() const override { return hosts_; }

  void run(const TestHost::Sizes& sizes, const Body& body) override {
    LoopbackNetwork network{hosts_};
    std::vector<std::unique_ptr<Link>> links;
    std::vector<std::unique_ptr<TestHost>> hosts;
    for (int i = 0; i < hosts_; ++i) {
      auto link = network.link(i);
      if (faulty_) link = std::make_unique<FaultyLink>(std::move(link), longest_delay, static_cast<unsigned>(i + 1));
      links.push_back(std::move(link));
      hosts.push_back(std::make_unique<TestHost>(*links.back(), sizes));
    }
    std::vector<std::thread> threads;
    for (auto& host : hosts) {
      threads.emplace_back([&] { host->courier().run(); });
      threads.emplace_back([&] {
        body(*host);
        host->courier().leave();
      });
    }
    for (auto& thread : threads) thread.join();
  }

 private:
  int hosts_;
  bool faulty_;
};

}  // namespace

std::vector<std::string> cluster_kinds() { return {"loopback", "faulty"}; }

std::unique_ptr<Cluster> make_cluster(const std::string& kind, int hosts) {
  return std::make_unique<Threads>(hosts, kind == "faulty");
}

}  // namespace mpyx::transport
