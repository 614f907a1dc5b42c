// A text in meta is a std::string; nobody would own what a view of it sees.
// error: mpyx: a meta value has to be serializable; texts are stored as std::string
// error: ‘mpyx::detail::meta_travels<std::basic_string_view<char> >’ evaluates to false
#include <mpyx/mpyx.hpp>

#include <string_view>

struct Stage : mpyx::F<int, int> {
  void process(int x) override { put(x + static_cast<int>(meta.get<std::string_view>("name").size())); }
};

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Const(1, 3), Stage{}).join();
}
