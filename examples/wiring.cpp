// Connections beside the graph: a Queue of jobs for whoever is free, an Event that all wait for, a Pipe between two stages.
// They are made in main() and handed to stages, whose serialize names them.
// run: 1 3 6    compare: sorted
#include <mpyx/mpyx.hpp>

#include <iostream>

using namespace mpyx;

struct Solver : F<void, int> {
  Queue<int> jobs;
  Event go;
  Solver() = default;
  Solver(Queue<int> from, Event start) : jobs{from}, go{start} {}
  void setup() override {
    go.wait();
    for (;;) {  // get() ends the stage once nobody is left who could put
      const int job = jobs.get();
      put(job * job);
      jobs.task_done();
    }
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(jobs, go);
  }
};

struct Asker : F<void, std::string> {
  Pipe<std::string, int>::Left line;  // puts strings, gets numbers
  Asker() = default;
  explicit Asker(Pipe<std::string, int>::Left end) : line{end} {}
  void setup() override {
    for (const std::string word : {"queue", "event", "pipeline"}) {
      line.put(word);
      put(word + " has " + std::to_string(line.get()) + " letters");
    }
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(line);
  }
};

struct Counter : F<void, void> {
  Pipe<std::string, int>::Right line;
  Counter() = default;
  explicit Counter(Pipe<std::string, int>::Right end) : line{end} {}
  void setup() override {
    for (;;) line.put(static_cast<int>(line.get().size()));  // until the asker has gone
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(line);
  }
};

int main(int argc, char** argv) {
  Session session{argc, argv};

  Queue<int> jobs{8};
  Event go;
  auto solvers = EZ(As(3, Solver{jobs, go}));
  solvers.start();
  go.set();
  for (int i = 1; i <= 10; ++i) jobs.put(i);
  jobs.join();   // all are done
  jobs.close();  // main() puts no more
  int sum = 0;
  for (const int square : solvers.items()) sum += square;
  std::cout << "the squares add up to " << sum << "\n";

  const Pipe<std::string, int> line;
  for (const auto& text : EZ(P(Asker{line.left()}, Counter{line.right()})).items()) std::cout << text << "\n";
}
