// A bound argument of a class that does not say how it travels.
// error: mpyx: arguments bound with Map or Filter have to be serializable
// error: ‘mpyx::detail::argument_travels<Table>’ evaluates to false
#include <mpyx/mpyx.hpp>

#include <string>

struct Table {
  std::string name;
};
static int find(int x, Table) { return x; }

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Const(1, 3), mpyx::Map(find, Table{})).join();
}
