// Functions of users may have the names that the library needs itself, also with `using namespace mpyx`.
// run: 1 3    compare: exact    sanitize: no
#include <mpyx/mpyx.hpp>

#include <iostream>
#include <string>
#include <vector>

using namespace mpyx;

static std::string load(std::string file) { return file + " loaded"; }
static std::string save(std::string text) { return text + " saved"; }
static std::string serialize(std::string text) { return text + "."; }
static int channel = 3;
static int coordinator() { return channel; }
static Buffer<int> memory(const std::string&) { return Buffer<int>(2); }
static std::size_t graph(const Buffer<int>& buffer) { return buffer.size(); }

int main(int argc, char** argv) {
  Session session{argc, argv};
  for (const auto& text : EZ(Iter({"a", "b"}), load, Map(save), serialize).list()) std::cout << text << '\n';
  for (const auto n : EZ(Iter({"a"}), memory, graph).list()) std::cout << n << ' ' << coordinator() << '\n';
}
