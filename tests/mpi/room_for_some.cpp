// A put that found no room goes on when there is some, even if its consumer never comes to take half of what waits: it waits
// for what the producer does after that put.
// run: 1 2 3    compare: exact    sanitize: thread
// hosts: 4
// seconds: 30
#include <mpyx/mpyx.hpp>

#include <chrono>
#include <iostream>
#include <string>

using namespace mpyx;
using namespace std::chrono_literals;

namespace {

struct Source : F<void, std::string> {
  Event event;
  int full = 0;  // so many fill the channel
  std::size_t size = 0;
  void setup() override {
    for (int i = 0; i <= full; ++i) put(std::string(size, 'a'));
    event.set();
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(event, full, size);
  }
};

struct Sink : F<std::string, int> {
  Event event;
  int seen = 0;
  void setup() override { sleep(200ms); }  // the source has filled the channel
  void process(std::string text) override {
    if (++seen == 2) event.wait();  // one is done with
    put(static_cast<int>(text.size()));
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(event);
  }
};

std::size_t items(int full, std::size_t size) {
  Source source;
  source.full = full;
  source.size = size;
  Sink sink;
  sink.event = source.event;
  return EZ(source, sink).capacity(8).list().size();
}

}  // namespace

int main(int argc, char** argv) {
  Session session{argc, argv};
  std::cout << "small " << items(8, 1) << '\n';
  std::cout << "large " << items(4, std::size_t{16} << 20) << '\n';
}
