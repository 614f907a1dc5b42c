// The items of a pipeline that ends with a sink.
// error: mpyx: items() and list() need a source and a last stage that puts something
// errors: 1
#include <mpyx/mpyx.hpp>

#include <iostream>

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  for (const int n : mpyx::EZ(mpyx::Const(1, 3), [](int) {}).items()) std::cout << n;
}
