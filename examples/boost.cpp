// Stages and items written for Boost.Serialization work as they are, beside those written for cereal.
// run: 1 2 5    compare: exact
#include <mpyx/mpyx.hpp>

#include <boost/serialization/map.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>

#include <iostream>
#include <map>
#include <string>
#include <utility>
#include <vector>

using namespace mpyx;

class Survey {  // an item; its serialize may be private
 public:
  Survey() = default;
  explicit Survey(std::string place) : place_{std::move(place)} {}
  void add(const std::string& species, int count) { counts_[species].push_back(count); }
  const std::string& place() const { return place_; }
  const std::map<std::string, std::vector<int>>& counts() const { return counts_; }

 private:
  friend class boost::serialization::access;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& place_& counts_;
  }
  std::string place_;
  std::map<std::string, std::vector<int>> counts_;
};

class Observe : public F<std::string, Survey> {  // a stage
 public:
  Observe() = default;
  explicit Observe(std::map<std::string, int> expected) : expected_{std::move(expected)} {}
  void process(std::string place) override {
    Survey survey{place};
    for (const auto& [species, count] : expected_) {
      for (int day = 0; day < 3; ++day) survey.add(species, count + day * static_cast<int>(place.size()));
    }
    put(survey);
  }

 private:
  friend class boost::serialization::access;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& expected_;
  }
  std::map<std::string, int> expected_;
};

struct Report {  // cereal, with the other one inside
  std::vector<Survey> surveys;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(surveys);
  }
};

static Report reported(const std::vector<Survey>& surveys) { return {surveys}; }

int main(int argc, char** argv) {
  Session session{argc, argv};
  const Observe observe{{{"heron", 1}, {"otter", 2}}};
  for (const Report& report : EZ(Iter({"bay", "ford", "weir"}), observe, Batch(2), reported).items()) {
    for (const Survey& survey : report.surveys) {
      std::cout << survey.place();
      for (const auto& [species, counts] : survey.counts()) {
        std::cout << ", " << species;
        for (const int count : counts) std::cout << ' ' << count;
      }
      std::cout << '\n';
    }
  }
}
