// A captured string is not trivially copyable.
// error: mpyx: a lambda may capture only plain values: a captured pointer, reference or string would not mean the same on another rank (bind arguments with Map(f, args...) instead)
// error: ‘mpyx::detail::function_travels<main(int, char**)::<lambda(int)> >’ evaluates to false
#include <mpyx/mpyx.hpp>

#include <string>

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  std::string name = "a";
  mpyx::EZ(mpyx::Const(1, 3), [name](int x) { return name + std::to_string(x); }).join();
}
