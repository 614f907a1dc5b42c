// initialize() on the coordinator, then the stage travels with its state, then setup, process and teardown on its rank.
// hosts: 5
// run: 1 2 4 9    compare: exact
#include <mpyx/mpyx.hpp>

#include <unistd.h>

#include <iostream>
#include <string>
#include <vector>

namespace {

int initialized = 0;  // of this process: travels with nobody

struct Numbers : mpyx::F<void, std::string> {
  int made_by = 0;
  std::string steps;
  void initialize() override {
    made_by = ::getpid();
    steps += "i" + std::to_string(++initialized);
  }
  void setup() override {
    put(steps + " " + std::to_string(made_by) + " source setup");
    steps += "s";
  }
  void teardown() override { put(steps + "t source teardown"); }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(made_by, steps);
  }
};

struct Steps : mpyx::F<std::string, std::string> {
  std::string steps;
  int items = 0;
  void initialize() override { steps += "i" + std::to_string(++initialized); }
  void setup() override {
    steps += "s";
    put(name() + " " + steps + " setup");
  }
  void process(std::string text) override {
    ++items;
    put(text);
  }
  void teardown() override { put(name() + " " + steps + "t " + std::to_string(items) + " items"); }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(steps);
  }
};

struct PutsTooEarly : mpyx::F<void, int> {
  void initialize() override { put(1); }
};

}  // namespace

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  const std::string self = std::to_string(::getpid());
  for (int round = 0; round < 2; ++round) {
    std::vector<std::string> lines = mpyx::EZ(Numbers{}, Steps{}, Steps{}).list();
    for (std::string line : lines) {
      if (const auto at = line.find(self); at != std::string::npos) line.replace(at, self.size(), "coordinator");
      if (line.find("source") != std::string::npos || line.find("items") != std::string::npos)
        std::cout << line << '\n';
    }
    std::cout << lines.size() << " lines\n";
  }
  try {
    mpyx::EZ(PutsTooEarly{}).join();
  } catch (const mpyx::StageError& error) {
    std::cout << error.stage() << ' ' << error.phase() << '\n';
  }
}
