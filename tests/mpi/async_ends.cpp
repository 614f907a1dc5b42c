// However a pipeline ends, waits of an hour end at once, what the coroutines hold is destroyed before the stage, and
// teardown() runs, which may await, too.
// run: 1 2 4    compare: sorted    sanitize: thread
#include <mpyx/mpyx.hpp>

#include <boost/asio.hpp>

#include <chrono>
#include <iostream>
#include <memory>
#include <ranges>
#include <stdexcept>
#include <string>

using namespace mpyx;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

asio::awaitable<void> wait_for(std::chrono::nanoseconds duration) {
  asio::steady_timer timer{co_await asio::this_coro::executor, duration};
  co_await timer.async_wait(asio::use_awaitable);
}

/// Tells by `all` when as many coroutines wait as there can be, for an hour; by its last line, that none was lost.
struct Patient : AsyncF<int, int> {
  std::string title;
  Event all;
  bool catches = false;
  int begun = 0, ended = 0;
  std::shared_ptr<asio::steady_timer> member;  // belongs to the event loop, and goes with the stage
  Patient() = default;
  Patient(std::string t, Event e, bool c = false) : title{std::move(t)}, all{e}, catches{c} {}
  int in_flight() const override { return 16; }
  void setup() override {
    await([this]() -> asio::awaitable<void> {
      member = std::make_shared<asio::steady_timer>(co_await asio::this_coro::executor);
    });
  }
  asio::awaitable<void> process(int x) override {
    struct Guard {
      int& count;
      ~Guard() { ++count; }
    } guard{ended};
    if (++begun == 16) all.set();
    put(x);
    try {
      co_await wait_for(1h);
    } catch (const std::exception&) {
      if (!catches) throw std::logic_error("what is thrown then is no failure");
    }
    co_await wait_for(1h);
    put(x);
  }
  void teardown() override {
    std::cout << title + ": begun and ended " + std::to_string(begun == ended && begun >= 16) + "\n" << std::flush;
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(title, all, catches);
  }
};

struct Alone : F<int, int> {
  Event all;
  Alone() = default;
  explicit Alone(Event e) : all{e} {}
  void process(int) override {
    all.set();
    await(wait_for(1h));
    std::cout << "not reached\n" << std::flush;
  }
  void teardown() override { std::cout << "alone: teardown\n" << std::flush; }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(all);
  }
};

struct Source : F<void, int> {
  Event all;
  Source() = default;
  explicit Source(Event e) : all{e} {}
  void setup() override {
    put(1);
    all.set();
    await(wait_for(1h));
    std::cout << "not reached\n" << std::flush;
  }
  void teardown() override {
    await(wait_for(1ms));
    std::cout << "source: teardown awaited\n" << std::flush;
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(all);
  }
};

struct Endless : F<void, int> {
  void setup() override {
    for (int n = 0; !stopped(); ++n) put(n);
  }
  void teardown() override {
    await(wait_for(1ms));  // nobody reads any more, but the pipeline is not stopped
    std::cout << "endless: teardown awaited\n" << std::flush;
  }
};

struct Retries : AsyncF<int, int> {
  Event failed;
  Retries() = default;
  explicit Retries(Event e) : failed{e} {}
  asio::awaitable<void> process(int x) override {
    co_await wait_for(1us);
    failed.set();
    throw std::runtime_error(std::to_string(x));
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(failed);
  }
};

/// Leaves coroutines behind, which end with their stage at the latest.
struct Leaves : AsyncF<int, int> {
  int alive = 0;
  struct Counted {
    int& count;
    explicit Counted(int& c) : count{c} { ++count; }
    ~Counted() { --count; }
  };
  asio::awaitable<void> background(bool forever) {
    const Counted counted{alive};
    co_await wait_for(forever ? std::chrono::nanoseconds{1h} : std::chrono::nanoseconds{1us});
  }
  asio::awaitable<void> process(int x) override {
    asio::co_spawn(co_await asio::this_coro::executor, background(x % 2 == 0), asio::detached);
    put(x);
  }
  void teardown() override {
    while (alive > 50) await(wait_for(1ms));  // meanwhile the short ones end
    std::cout << "leaves " + std::to_string(alive) + "\n" << std::flush;
  }
  ~Leaves() override {
    if (alive != 0) std::cout << "left behind\n" << std::flush;
  }
  Leaves() = default;
  Leaves(const Leaves&) = default;
  template <class Archive>
  void serialize(Archive&) {}
};

struct Strays : AsyncF<int, int> {
  asio::awaitable<void> process(int x) override {
    asio::post(co_await asio::this_coro::executor, [] { throw std::runtime_error("stray"); });
    co_await wait_for(1h);
    put(x);
  }
};

template <class Run>
void show(const char* title, Run run) {
  try {
    run();
    std::cout << std::string{title} + ": fine\n" << std::flush;
  } catch (const StageError& error) {
    std::cout << std::string{title} + ": " + error.stage() + " " + error.phase() + " " + error.message() + "\n"
              << std::flush;
  }
}

template <class Pipeline>
void stop_when(Event event, Pipeline pipeline) {
  pipeline.start();
  event.wait();
  pipeline.stop();
  pipeline.join();
}

}  // namespace

int main(int argc, char** argv) {
  Session session{argc, argv};
  show("stop", [] {
    Event all;
    stop_when(all, EZ(Const(1), Patient{"stop", all}));
  });
  show("stop, caught", [] {
    Event all;
    stop_when(all, EZ(Const(1), Patient{"stop, caught", all, true}));
  });
  show("stop, fed by little", [] {
    Event all;
    stop_when(all, EZ(Iter(std::views::iota(0, 16)), Patient{"stop, fed by little", all}));
  });
  show("stop, in order", [] {
    Event all;
    stop_when(all, EZ(Const(1), Seq(Patient{"stop, in order", all})));
  });
  show("left early", [] {
    Event all;
    for (int x : EZ(Const(1), Patient{"left early", all}).items()) {
      all.wait();
      if (x == 1) break;
    }
  });
  show("nobody reads", [] {
    Event all;
    EZ(Const(1), Patient{"nobody reads", all}, Take(16)).list();
  });
  show("another fails", [] {
    Event all;
    EZ(Const(1), Patient{"another fails", all}, Map([](int x) {
                                                  static int count = 0;
                                                  if (++count == 16) throw std::runtime_error("sixteen");
                                                  return x;
                                                }).named("counts"))
        .join();
  });
  show("await", [] {
    Event all;
    stop_when(all, EZ(Const(1), Alone{all}));
  });
  show("drained source", [] {
    Event all;
    auto pipeline = EZ(Source{all}, [](int x) { return x; });
    pipeline.start();
    all.wait();
    pipeline.drain();
    pipeline.join();
  });
  show("abandoned source", [] { EZ(Endless{}, Take(5)).join(); });
  show("between tries", [] {
    Event failed;
    stop_when(failed, EZ(Iter(std::views::iota(0, 20)), Retries{failed}).on_error(retry(1, 1h)));
  });
  show("left behind", [] { EZ(Iter(std::views::iota(0, 100)), Leaves{}).join(); });
  show("stray", [] { EZ(Const(1), Strays{}).join(); });
}
