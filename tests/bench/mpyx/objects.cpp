// Items that have to be encoded.   objects floats|string|record COUNT  |  plain BYTES COUNT HOST HOST
#include <mpyx/mpyx.hpp>

#include <array>

#include "../bench.hpp"

using namespace mpyx;

namespace {

/// Puts the same item again and again.
template <class Item>
struct Repeat : F<void, Item> {
  Item item{};
  long count = 0;

  Repeat() = default;
  Repeat(Item what, long n) : item{std::move(what)}, count{n} {}
  void setup() override {
    for (long i = 0; i < count; ++i) this->put(item);
  }
  void save_to(detail::Writer& writer) const {
    detail::encode(item, writer);
    detail::encode(count, writer);
  }
  static std::unique_ptr<Repeat> load_from(detail::Reader& reader) {
    auto item = detail::decode<Item>(reader);
    return std::make_unique<Repeat>(std::move(item), detail::decode<long>(reader));
  }
};

template <class Item>
struct Count : F<Item, long> {
  long seen = 0;
  void process(Item) override { ++seen; }
  void teardown() override { this->put(seen); }
  template <class Archive>
  void serialize(Archive&) {}  // nothing has to travel
};

template <class Pipeline>
double rate(Pipeline pipeline, long count) {
  const bench::Stopwatch watch;
  if (pipeline.list() != std::vector<long>{count}) std::abort();
  return static_cast<double>(count) / watch.seconds();
}
template <class Item>
double chain(const Item& item, long count) {
  return rate(EZ(
                  Repeat<Item>{item, count}, [](Item x) { return x; }, Count<Item>{}),
              count);
}
template <std::size_t bytes>
void across(int argc, char** argv) {
  using Item = std::array<char, bytes>;
  const long count = bench::number(argc, argv, 3);
  const auto source = S(Repeat<Item>{Item{}, count}).on(bench::word(argc, argv, 4));
  bench::report(rate(EZ(source, S(Count<Item>{}).on(bench::word(argc, argv, 5))), count), "items/s");
}

}  // namespace

int main(int argc, char** argv) {
  Session session{argc, argv};
  const std::string what = bench::word(argc, argv, 1);
  const long count = bench::number(argc, argv, 2);
  if (what == "floats") {
    using Floats = std::vector<float>;
    const Floats item(262'144, 1.5F);
    const double per_second = rate(EZ(Repeat<Floats>{item, count}, Count<Floats>{}), count);
    bench::report(per_second * static_cast<double>(item.size() * sizeof(float)) / 1e9, "GB/s");
  } else if (what == "string") {
    bench::report(chain(std::string(64, 'x'), count), "items/s");
  } else if (what == "record") {
    bench::report(chain(bench::sample_record(), count), "items/s");
  } else if (what == "plain") {
    if (count == 8) across<8>(argc, argv);
    if (count == 64) across<64>(argc, argv);
    if (count == 512) across<512>(argc, argv);
  } else {
    bench::wrong_case(argv[0]);
  }
}
