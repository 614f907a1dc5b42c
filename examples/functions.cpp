// Functions, lambdas and bound arguments as stages. What a function gives decides what the next stage takes.
// run: 1 3 9    compare: exact
#include <mpyx/mpyx.hpp>

#include <iostream>
#include <optional>
#include <string>
#include <vector>

using namespace mpyx;

static double celsius(double fahrenheit) { return (fahrenheit - 32) / 1.8; }

/// An optional result may drop the item.
static std::optional<double> plausible(double degrees) {
  if (degrees < -90 || degrees > 60) return std::nullopt;
  return degrees;
}

static std::string labelled(double degrees, const std::string& label) {
  return label + std::to_string(static_cast<int>(degrees));
}

int main(int argc, char** argv) {
  Session session{argc, argv};
  const double altitude = 3;  // a captured number travels with the lambda
  auto pipeline = EZ(
      Iter(std::vector<double>{50, 212, 68, -500, 86}), celsius, plausible,
      [altitude](double degrees) { return degrees - altitude; }, Filter([](double degrees) { return degrees > 10; }),
      Map(labelled, std::string{"degrees: "}));  // what is bound travels, too
  for (const std::string& line : pipeline.items()) std::cout << line << '\n';
}
