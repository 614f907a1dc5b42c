// watch() of graphs whose costs are known: it names the slow stage, and shows who waits for it.
// run: 1 3 9    compare: exact    sanitize: no
// hosts: 4 7
#include <mpyx/mpyx.hpp>

#include <chrono>
#include <iostream>
#include <regex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "mpi/captured.hpp"

namespace {

using namespace std::chrono_literals;

/// Takes so long for an item, whatever else runs on this machine.
struct Costs : mpyx::F<int, int> {
  std::int64_t ms = 0;
  Costs() = default;
  explicit Costs(std::int64_t milliseconds) : ms{milliseconds} {}
  void process(int n) override {
    sleep(std::chrono::milliseconds{ms});
    put(n);
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(ms);
  }
};

/// Figures of the last line for a stage: median busy, starved and blocked.
struct Figures {
  int busy = -1, starved = -1, blocked = -1;
};
Figures figures(const std::string& text, const std::string& stage) {
  const std::string share = R"( +(?:\d+/)?(\d+)(?:/\d+)?)";
  const std::regex row{"# " + stage + "(?: x \\d+)? +[0-9.kM]+" + share + share + share};
  Figures last;
  for (auto found = std::sregex_iterator{text.begin(), text.end(), row}; found != std::sregex_iterator{}; ++found)
    last = {std::stoi((*found)[1]), std::stoi((*found)[2]), std::stoi((*found)[3])};
  return last;
}

void say(const std::string& what, bool so) { std::cout << what << ": " << (so ? "yes" : "no") << '\n'; }
bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// The bottleneck of all the time; those of the tables may differ where other programs keep the processors busy.
std::string last_line(const std::string& text) {
  const auto end = text.rfind('\n', text.size() - 2);
  return end == std::string::npos ? text : text.substr(end + 1);
}

bool fits(const std::string& text) {
  std::istringstream lines{text};
  std::string line;
  while (std::getline(lines, line)) {
    if (line.size() > 80 || line.rfind("# ", 0) != 0) return false;
  }
  return true;
}

/// A failed check shows what was printed.
void show_if(bool wrong, const std::string& text) {
  if (wrong) std::cerr << text;
}

void slow_farm() {
  Captured out{STDOUT_FILENO};
  mpyx::EZ(mpyx::Iter(std::vector<int>(60)), mpyx::As(2, mpyx::stage(Costs{40}).named("slow")),
           mpyx::stage(Costs{1}).named("fast"), [](int) {})
      .capacity(8)
      .watch(200ms)
      .join();
  const std::string text = out.end();
  const Figures source = figures(text, "Iter"), slow = figures(text, "slow"), fast = figures(text, "fast");
  const bool named = has(last_line(text), "# slow is ");
  say("every line fits", fits(text));
  say("slow is the bottleneck", named);
  say("slow is busy", slow.busy >= 50);
  say("its source is blocked", source.blocked >= 50);
  say("what follows is starved", fast.starved >= 10);
  const int all = fast.busy + fast.starved + fast.blocked;
  say("figures add up", all > 50 && all <= 100);  // fast may begin later than others
  say("a summary ends it", has(text, "# summary of pipeline"));
  show_if(!named || slow.busy < 50 || source.blocked < 50 || fast.starved < 10, text);
}

void short_source() {
  Captured out{STDOUT_FILENO};
  mpyx::EZ(mpyx::Iter(std::vector<int>(60)), mpyx::stage(Costs{1}).named("early"),
           mpyx::As(2, mpyx::stage(Costs{40}).named("slow")), mpyx::stage(Costs{1}).named("fast"), [](int) {})
      .watch(200ms)
      .join();
  const std::string text = out.end();
  const bool named = has(last_line(text), "# slow is ");
  say("what ends early is no bottleneck", named);
  show_if(!named, text);
}

void slow_reader() {
  Captured out{STDOUT_FILENO};
  for (const int n :
       mpyx::EZ(mpyx::Iter(std::vector<int>(60)), [](int n) { return n; }).capacity(4).watch(100ms).items()) {
    std::this_thread::sleep_for(10ms);
    static_cast<void>(n);
  }
  const std::string text = out.end();
  const bool named = has(last_line(text), "# main() is ");
  say("a slow reader is the bottleneck", named);
  show_if(!named, text);
}

void slow_source() {
  struct Slow : mpyx::F<void, int> {
    void setup() override {
      for (int n = 0; n < 60; ++n) {
        sleep(10ms);
        put(n);
      }
    }
  };
  Captured out{STDOUT_FILENO};
  mpyx::EZ(mpyx::stage(Slow{}).named("slow"), [](int) {}).watch(100ms).join();
  const std::string text = out.end();
  const bool named = has(last_line(text), "# slow is ") && has(last_line(text), "it is the source");
  say("a slow source is the bottleneck", named);
  show_if(!named, text);
}

}  // namespace

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  slow_farm();
  short_source();
  slow_reader();
  slow_source();
}
