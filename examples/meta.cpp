// meta: a dictionary that follows an item through the graph, past stages that know nothing of it.
// run: 1 2 6    compare: sorted
#include <mpyx/mpyx.hpp>

#include <iostream>
#include <string>
#include <utility>

using namespace mpyx;

struct Orders : F<void, double> {
  void setup() override {
    const std::pair<const char*, double> orders[] = {{"Ada", 10}, {"Grace", 20}, {"Edsger", 40}};
    for (const auto& [customer, price] : orders) {
      meta["customer"] = customer;
      put(price);
    }
  }
};

static double taxed(double price) { return price * 1.25; }

struct Bill : F<double, void> {
  void process(double price) override {
    std::cout << meta.get<std::string>("customer") << " pays " << price << std::endl;
  }
};

int main(int argc, char** argv) {
  Session session{argc, argv};
  EZ(Orders{}, As(3, taxed), Bill{}).join();
}
