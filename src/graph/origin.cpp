#include <mpyx/detail/xcut.hpp>

#include <algorithm>

namespace mpyx::detail {

Origin::Origin(Origin& other) {
  const std::lock_guard lock{other.mutex_};
  attached_ = other.attached_;
}

std::shared_ptr<Origin::Use> Origin::use() {
  const auto made = std::make_shared<Use>();
  const std::lock_guard lock{mutex_};
  uses_.push_back(made);
  return made;
}

bool Origin::awaited() {
  const std::lock_guard lock{mutex_};
  return std::any_of(uses_.begin(), uses_.end(), [](const auto& each) {
    const auto use = each.lock();
    return use && !use->started.load(std::memory_order_relaxed);
  });
}

void Origin::attach(const std::string& name, const std::shared_ptr<Origin>& other) {
  const std::lock_guard lock{mutex_};
  attached_[name] = other;
}

bool Origin::leads_into_a_circle() {
  std::vector<Origin*> path;
  return leads_to_one_of(path);
}

/// Depth first; chains of xcuts are short.
bool Origin::leads_to_one_of(std::vector<Origin*>& path) {
  if (std::find(path.begin(), path.end(), this) != path.end()) return true;
  std::vector<std::shared_ptr<Origin>> next;
  {
    const std::lock_guard lock{mutex_};
    for (const auto& [name, attached] : attached_) {
      if (auto origin = attached.lock()) next.push_back(std::move(origin));
    }
  }
  path.push_back(this);
  const bool circle =
      std::any_of(next.begin(), next.end(), [&](const auto& each) { return each->leads_to_one_of(path); });
  path.pop_back();
  return circle;
}

}  // namespace mpyx::detail
