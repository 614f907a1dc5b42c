// One writer that every stage reaches: an xcut pipeline, here a table that nobody else may write to, shared by two pipelines.
// run: 1 2 9    compare: sorted
#include <mpyx/mpyx.hpp>

#include <iostream>
#include <map>
#include <ranges>
#include <string>

using namespace mpyx;

struct Update {
  std::string table;
  std::string key;
  double value = 0;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(table, key, value);
  }
};

/// Stands for a database connection: one stage owns it, so nobody needs a lock, and all updates end in one commit.
struct Database : F<Update, std::string> {
  std::map<std::string, std::map<std::string, double>> tables;
  void process(Update update) override { tables[update.table][update.key] += update.value; }
  void teardown() override {  // after the last update of the last pipeline
    for (const auto& [table, rows] : tables) {
      for (const auto& [key, value] : rows) put(table + ": " + key + " = " + std::to_string(static_cast<int>(value)));
    }
  }
  template <class Archive>
  void serialize(Archive&) {}  // the tables are empty when the stage leaves for its rank
};

struct Order {
  int number = 0;
  double price = 0;
};

struct Price : F<int, Order> {
  void process(int number) override {
    xcut<Update>("db").put({"orders", "seen", 1});
    put({number, number * 1.5});
  }
};
struct Check : F<Order, Order> {
  void process(Order order) override {
    const bool good = order.number % 10 != 0;
    xcut<Update>("db").put({"orders", good ? "accepted" : "refused", 1});
    if (good) put(order);
  }
};
struct Refund : F<int, void> {
  void process(int) override { xcut<Update>("db").put({"refunds", "paid", 2}); }
};

int main(int argc, char** argv) {
  Session session{argc, argv};
  auto db = EZ(Database{}, Print{});
  auto orders = EZ(Iter(std::views::iota(0, 100)), As(2, Price{}), Check{}).xcut("db", db);
  auto refunds = EZ(Iter(std::views::iota(0, 30)), Refund{}).xcut("db", db);  // the same object: it runs once for both
  orders.start();
  refunds.start();
  double sum = 0;
  for (const Order& order : orders.items()) sum += order.price;
  refunds.join();
  std::cout << "sold for " << sum << std::endl;
}
