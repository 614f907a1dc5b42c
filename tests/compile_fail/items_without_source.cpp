// The items of a pipeline without a source.
// error: mpyx: items() and list() need a source and a last stage that puts something
// errors: 1
#include <mpyx/mpyx.hpp>

#include <iostream>

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  auto part = mpyx::EZ([](int n) { return n; });
  for (auto& n : part.items()) std::cout << n;
}
