// A project of its own that knows the installed package only.
#include <mpyx/mpyx.hpp>

#include <iostream>

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  int sum = 0;
  for (int n : mpyx::EZ(mpyx::Iter(std::vector<int>{1, 2, 3}), [](int n) { return n * n; }).items()) sum += n;
  std::cout << "sum " << sum << "\n";
}
