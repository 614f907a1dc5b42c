#pragma once

#include <mpyx/compose.hpp>
#include <mpyx/detail/run.hpp>

#include <chrono>
#include <cstddef>
#include <iosfwd>
#include <iterator>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace mpyx {
namespace detail {

/// The lazy input range behind Pipeline::items(). Owns the run together with the pipeline: leaving it early stops the run.
template <class T>
class Items {
 public:
  class iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;

    iterator() = default;
    explicit iterator(Items& items) : items_{&items} {}
    T& operator*() const { return *items_->current(); }
    T* operator->() const { return &*items_->current(); }
    iterator& operator++() {
      items_->advance();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return !items_->current().has_value(); }

   private:
    Items* items_ = nullptr;
  };

  explicit Items(RunOwner run) : run_{std::move(run)} {}
  Items(Items&&) noexcept = default;
  /// Leaves its own run first.
  Items& operator=(Items&& other) noexcept {
    if (this != &other) {
      std::destroy_at(this);
      std::construct_at(this, std::move(other));
    }
    return *this;
  }
  ~Items() {
    if (run_ && !ended_) run_->stop();
  }

  /// Goes on to the next item; the iterator waits for it when it is first asked.
  iterator begin() {
    advance();
    return iterator{*this};
  }
  std::default_sentinel_t end() const { return {}; }

 private:
  /// Only lets go of the item in hand: views::take(n) steps over the n-th and must not wait for one more.
  void advance() {
    current_.reset();
    due_ = !ended_;
  }
  std::optional<T>& current() {
    if (std::exchange(due_, false)) fetch();
    return current_;
  }
  void fetch() {
    const bool more = run_->next([this](Reader& reader) { current_.emplace(decode<T>(reader)); });
    if (more) return;
    ended_ = true;
    run_->join();
  }

  RunOwner run_;
  std::optional<T> current_;
  bool due_ = false;  ///< `current_` is to be fetched
  bool ended_ = false;
};

/// A pipeline inside another: its parts, copied.
template <class Spec>
class Embedded : public Told<Embedded<Spec>> {
 public:
  using Shown = typename Spec::Shown;
  using natural_input = typename Spec::natural_input;

  Embedded(Spec spec, PartOptions options) : spec_{std::move(spec)} { this->options_ = std::move(options); }
  template <class Given>
  using output = output_of<Spec, Given>;
  template <class Before, class Given>
  static constexpr void check() {
    Spec::template check<Before, Given>();
  }
  template <class Given, class Wire>
  std::vector<int> build(Blueprint& blueprint, const Entry& entry) const {
    blueprint.open_scope(this->options_);
    auto exits = spec_.template build<Given, Wire>(blueprint, entry);
    blueprint.close_scope();
    return exits;
  }

 private:
  Spec spec_;
};

template <class Spec>
struct PartOf<Pipeline<Spec>> {
  using type = Embedded<Spec>;
  static type make(const Pipeline<Spec>& pipeline) { return type{pipeline.spec(), pipeline.options()}; }
};

template <class In>
void add_xcut_sender(Blueprint& blueprint, const Entry& entry, const std::string& name,
                     std::shared_ptr<XcutLink> link) {
  BlueprintNode node;
  node.name = "xcut " + name;
  node.type = &stage_type<XcutSender<In>, In, void>;
  node.object = std::make_shared<XcutSender<In>>(std::move(link));
  node.internal = true;
  blueprint.add_node(std::move(node), entry, item_type<In>());
}
template <class In>
int add_xcut_receiver(Blueprint& blueprint, const std::string& name, std::shared_ptr<XcutBridge> bridge) {
  BlueprintNode node;
  node.name = "xcut " + name;
  node.type = &stage_type<XcutReceiver<In>, void, In>;
  node.object = std::make_shared<XcutReceiver<In>>(std::move(bridge));
  node.internal = true;
  return blueprint.add_node(std::move(node), Entry{}, item_type<In>());
}
template <class In>
inline constexpr XcutEnds xcut_ends{&add_xcut_sender<In>, &add_xcut_receiver<In>};

/// `origin`: of the pipeline object, where it is one; `shareable`: others may attach that object as well.
template <bool shareable, class Pipeline>
void attach_xcut(PartOptions& options, std::string name, const Pipeline& pipeline, std::shared_ptr<Origin> origin) {
  using Part = part_of<Pipeline>;
  using In = typename Part::natural_input;
  static_assert(!std::is_void_v<In> && !std::is_same_v<In, undecided>,
                "mpyx: an xcut or dead-letter pipeline begins with a stage that takes items of one known type");
  static_assert(std::is_void_v<In> || std::is_same_v<In, undecided> || serializable<In>,
                "mpyx: what goes into an xcut pipeline cannot travel: its class needs a serialize(Archive&), and no "
                "pointers or views");
  auto part = as_part(pipeline);
  part.options().origin = origin;
  XcutUse use{std::move(name), &typeid(In), fixed_size<In>(), {}, origin, origin->use(), nullptr};
  if constexpr (shareable) use.ends = &xcut_ends<In>;
  use.build = [part = std::move(part)](Blueprint& blueprint, const Entry& entry) {
    part.template build<In, output_of<Part, In>>(blueprint, entry);
  };
  std::erase_if(options.xcuts, [&](const XcutUse& before) { return before.name == use.name; });
  options.xcuts.push_back(std::move(use));
}

template <class Spec>
inline constexpr bool begins_with_source = std::is_void_v<typename Spec::natural_input>;

template <class Spec>
consteval auto result_type() {
  if constexpr (begins_with_source<Spec>) {
    return std::type_identity<output_of<Spec, void>>{};
  } else {
    return std::type_identity<void>{};
  }
}

}  // namespace detail

/// A graph as a value, and the handle of its run. EZ(...) makes it. Copying copies the graph, not the run.
/// Its functions may be called from any thread, but not two at once on the same object, save stop(), drain() and the
/// questions started(), stopped(), finished().
template <class Spec>
class Pipeline {
 public:
  /// What items() and list() give; void when the last stages are sinks.
  using value_type = typename decltype(detail::result_type<Spec>())::type;

  explicit Pipeline(Spec spec) : spec_{std::move(spec)} { options_.origin = std::make_shared<detail::Origin>(); }
  Pipeline(const Pipeline& other) : spec_{other.spec_}, options_{other.options_}, settings_{other.settings_} {
    if (options_.origin) options_.origin = std::make_shared<detail::Origin>(*options_.origin);
  }
  Pipeline(Pipeline&&) noexcept = default;
  Pipeline& operator=(Pipeline other) noexcept {
    std::swap(spec_, other.spec_);
    std::swap(options_, other.options_);
    std::swap(settings_, other.settings_);
    std::swap(run_, other.run_);
    return *this;
  }
  ~Pipeline() = default;

  /// Starts every stage on its rank and returns; once: a pipeline that has run stays as it is (items() and list() run it
  /// again, and so does a copy). What is set below, save watch(), is set before. Without a reader, what the last stages put waits up to the capacity.
  /// Throws Error when the graph cannot run, StageError when an initialize() throws.
  Pipeline& start() & {
    if (run_) return *this;
    auto plan = blueprint();
    if (plan.has_shareable) {
      detail::check(plan);  // all of it, before any of it starts
      plan = blueprint(true);
    }
    run_ = detail::RunOwner{detail::start_run(std::move(plan), settings_)};
    return *this;
  }
  Pipeline start() && { return std::move(start()); }
  /// Waits until every stage has finished; starts if need be. Discards what nobody reads. Throws the first StageError.
  void join() {
    start();
    run_->join();
  }
  /// Sources end, what is in flight is finished.
  void drain() {
    if (run_) run_->drain();
  }
  /// Ends now: what is not processed is dropped, every wait wakes; teardown() runs.
  void stop() {
    if (run_) run_->stop();
  }
  bool started() const { return run_ && run_->started(); }
  bool stopped() const { return run_ && run_->stopped(); }
  bool finished() const { return run_ && run_->finished(); }

  /// What the last stages put, one by one, as a lazy input range; starts if need be. Leaving the loop early stops the
  /// pipeline. A failed stage throws StageError from the loop, after the items that came before. Of a pipeline whose items
  /// were read or discarded already, by items(), list() or join(), it runs the graph again.
  [[nodiscard]] auto items() requires(!std::is_void_v<value_type>) {
    start();
    if (!run_->take_outlet()) {  // its items were read already: run the graph again
      run_ = {};
      start();
      run_->take_outlet();
    }
    return detail::Items<value_type>{run_};
  }
  template <detail::Text why = detail::no_items>
  void items() requires(std::is_void_v<value_type>) = delete;
  /// All items in a vector. Runs the graph again where items() does.
  auto list() requires(!std::is_void_v<value_type>) {
    std::vector<value_type> all;
    for (auto& item : items()) all.push_back(std::move(item));
    return all;
  }
  template <detail::Text why = detail::no_items>
  void list() requires(std::is_void_v<value_type>) = delete;

  /// Bounds of each channel of this pipeline: items waiting, and bytes. 0 keeps the default (1,024 items, 64 MiB).
  Pipeline& capacity(std::size_t items, std::size_t bytes = 0) & {
    settings_.capacity_items = items;
    settings_.capacity_bytes = bytes;
    return *this;
  }
  Pipeline capacity(std::size_t items, std::size_t bytes = 0) && { return std::move(capacity(items, bytes)); }
  /// Attaches a pipeline under a name, in place of what was attached under it: every stage of this one may put into it with
  /// xcut<T>(name), save those of an embedded pipeline with an xcut of that name of its own. It starts with this pipeline and
  /// ends once every stage of this one has finished.
  ///
  /// A pipeline object (not a temporary one) may be attached to several pipelines, under any names: it then runs once for
  /// all of those that run at the same time, as it was when the first of them attached it, and ends when the last of them
  /// has finished; that one's join() waits for it. It waits for pipelines that have it and were not started yet until
  /// somebody joins a finished one. When it fails, all of them do.
  template <class Other>
  Pipeline& xcut(std::string name, Other&& pipeline) & {
    auto origin = detail::origin_of(pipeline);
    options_.origin->attach(name, origin);
    detail::attach_xcut<std::is_lvalue_reference_v<Other>>(options_, std::move(name), pipeline, std::move(origin));
    return *this;
  }
  template <class Other>
  Pipeline xcut(std::string name, Other&& pipeline) && {
    return std::move(xcut(std::move(name), std::forward<Other>(pipeline)));
  }
  /// What is done about an item whose process() throws: skip, retry(n), dead_letter(pipeline), or a handler
  /// `Verdict(const StageError&)` that runs on the coordinator, one call at a time. What a process() call puts then leaves
  /// only when it returns. Without a policy the first failure ends the pipeline.
  template <class Word>
  Pipeline& on_error(const Word& word) & {
    detail::set_policy(options_, word);
    return *this;
  }
  template <class Word>
  Pipeline on_error(const Word& word) && {
    return std::move(on_error(word));
  }
  /// The session does not wait for this pipeline: when it ends, the pipeline is stopped.
  Pipeline& daemonize() & {
    settings_.daemon = true;
    return *this;
  }
  Pipeline daemonize() && { return std::move(daemonize()); }

  /// Prints a table to standard output, every period from the start on, and a summary once the pipeline has finished: for each
  /// stage its rate, and which part of the time it was busy, starved (without input) or blocked (without room downstream),
  /// what waits before it, and which stage is the bottleneck. At most 80 columns; every line begins with "# ". Before
  /// start() or while it runs. Throws Error for a period below a millisecond.
  Pipeline& watch(std::chrono::duration<double> period = std::chrono::seconds{1}) & {
    settings_.watch_ns = detail::watch_period_ns(period);
    if (run_) run_->watch(std::chrono::nanoseconds{settings_.watch_ns});
    return *this;
  }
  Pipeline watch(std::chrono::duration<double> period = std::chrono::seconds{1}) && { return std::move(watch(period)); }
  /// Ends that: nothing more is printed once this returns.
  Pipeline& unwatch() & {
    settings_.watch_ns = 0;
    if (run_) run_->unwatch();
    return *this;
  }
  Pipeline unwatch() && { return std::move(unwatch()); }

  /// The nested structure as a value.
  Graph graph() const { return blueprint().graph(); }
  /// The tree a person reads, with rank and host of every node.
  void print_layout(std::ostream& out) const { detail::print_layout(blueprint(), out); }
  void print_layout() const { detail::print_layout(blueprint()); }

  const Spec& spec() const { return spec_; }
  const detail::PartOptions& options() const { return options_; }

 private:
  detail::Blueprint blueprint(bool keeps_apart = false) const {
    detail::Blueprint blueprint;
    blueprint.keeps_apart = keeps_apart;
    blueprint.open_scope(options_);
    using First = typename Spec::natural_input;
    if constexpr (std::is_void_v<First>) {
      const auto exits = spec_.template build_from<0, void, value_type>(blueprint, detail::Entry{});
      if constexpr (!std::is_void_v<value_type>) blueprint.set_outlet(exits, detail::item_type<value_type>());
    } else if constexpr (!std::is_same_v<First, detail::undecided>) {
      using Out = detail::output_of<Spec, First>;
      spec_.template build_from<0, First, Out>(blueprint, detail::Entry{});
    } else {
      blueprint.fail("no source: the first stage takes input, so this graph can only be a part of another");
    }
    return blueprint;
  }

  Spec spec_;
  detail::PartOptions options_;
  detail::Settings settings_;
  detail::RunOwner run_;
};

/// Composes stages, functions, parts and other pipelines into a pipeline: one after the other.
template <class... Words>
  requires(sizeof...(Words) > 0)
[[nodiscard]] auto EZ(const Words&... words) {
  using Spec = detail::Serial<detail::part_of<Words>...>;
  using First = typename Spec::natural_input;
  if constexpr (!std::is_same_v<First, detail::undecided>) Spec::template check<detail::nothing, First>();
  return Pipeline<Spec>{Spec{detail::as_part(words)...}};
}
template <detail::Text why = "mpyx: EZ() needs at least one stage, such as EZ(Iter({1, 2}), Print{})">
void EZ() = delete;

}  // namespace mpyx
