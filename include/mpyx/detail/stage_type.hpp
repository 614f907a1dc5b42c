#pragma once

#include <mpyx/async.hpp>
#include <mpyx/detail/names.hpp>
#include <mpyx/detail/types.hpp>
#include <mpyx/stage.hpp>

#include <memory>
#include <typeinfo>

namespace mpyx::detail {

/// What a node does for the order of a Seq or Zip around it.
enum class OrderRole : std::uint8_t { none, entry, exit };

/// What the library knows of a stage class between two channels: how to save, create, feed and bind it.
/// Each used combination has one such object with static storage. It registers itself when the program starts, so every
/// process of the same build knows it, lambdas and anonymous namespaces included; between processes it is named by the
/// build id of its module and its offset there.
struct StageType {
  using Save = void (*)(const StageBase&, Writer&);
  using Load = std::unique_ptr<StageBase> (*)(Reader&);
  using Process = void (*)(StageBase&, Reader&);
  using Emit = void (*)(Outlet&, const void*);

  /// Of an AsyncF: begins the coroutine of one item, and asks how many it wants at once.
  struct Async {
    Coroutine (*begin)(StageBase&, Reader&);
    int (*in_flight)(const StageBase&);
  };

  StageType(const std::type_info& stage, const std::type_info& given_, Save save_, Load load_, Process process_,
            const Async* async_, Emit emit_, std::size_t in, std::size_t out)
      : info{stage},
        given{given_},
        save{save_},
        load{load_},
        process{process_},
        async{async_},
        emit{emit_},
        in_size{in},
        out_size{out},
        next{first} {
    first = this;
  }
  StageType(const StageType&) = delete;
  StageType& operator=(const StageType&) = delete;

  const std::type_info& info;   ///< the stage's class
  const std::type_info& given;  ///< what its input channel carries
  Save save;                    ///< null: the stage cannot travel and runs on the coordinator
  Load load;
  Process process;      ///< null: a source, or an AsyncF
  const Async* async;   ///< null: not an AsyncF
  Emit emit;            ///< null: the channel's type is the output type itself
  std::size_t in_size;  ///< encoded size of an input item, 0 when it varies
  std::size_t out_size;
  const StageType* next;
  bool takes_items() const { return process != nullptr || async != nullptr; }
  static inline constinit const StageType* first = nullptr;
};

/// Data members of its own: it is larger than the bare F it derives from (F leaves no tail padding to hide in).
template <class T>
concept stateless = sizeof(T) == sizeof(F<typename T::input_type, typename T::output_type>);

/// `serialize` as T itself declares it; one that is only inherited would lose T's own members. (A private one is taken for
/// its own: where it was declared cannot be asked.)
template <class T>
consteval bool owns_serialize() {
  return (names_serialize<T> || names_save<T>)&&std::is_same_v<typename decltype(serializing_class<T>())::type, T>;
}

/// A stage says itself how it is saved (library stages made at composition), is stateless, or has a serialize.
template <class T>
concept saves_itself = requires(const T& stage, Writer& writer, Reader& reader) {
  stage.save_to(writer);
  { T::load_from(reader) } -> std::same_as<std::unique_ptr<T>>;
};
template <class T>
concept stays_on_coordinator = requires {
  requires T::stays_on_coordinator;
};
template <class T>
concept travels = saves_itself<T> || stays_on_coordinator<T> ||
    (std::is_default_constructible_v<T> && (stateless<T> || owns_serialize<T>()));

/// Constants, which the compiler prints with their arguments in a static_assert.
template <class Stage>
inline constexpr bool keeps_state = saves_itself<Stage> || stays_on_coordinator<Stage> || stateless<Stage> ||
                                    owns_serialize<Stage>();
template <class Stage>
inline constexpr bool can_be_made = std::is_default_constructible_v<Stage>;

/// The compile-time errors about a stage object itself.
template <class T>
constexpr void check_state() {
  if constexpr (!keeps_state<T>) {
    static_assert(
        keeps_state<T>,
        "mpyx: a stage with data members needs a serialize(Archive&) of its own, or its state would be lost on the "
        "way to its rank");
  } else if constexpr (!travels<T>) {
    static_assert(can_be_made<T>,
                  "mpyx: a stage needs a default constructor: it is made on its rank, then serialize fills it");
  }
}

template <class T>
void save_stage(const StageBase& base, Writer& writer) {
  const T& stage = static_cast<const T&>(base);
  if constexpr (saves_itself<T>) {
    stage.save_to(writer);
  } else if constexpr (owns_serialize<T>()) {
    encode(stage, writer);
  }
}

template <class T>
std::unique_ptr<StageBase> load_stage(Reader& reader) {
  if constexpr (saves_itself<T>) {
    return T::load_from(reader);
  } else if constexpr (!std::is_default_constructible_v<T>) {
    return nullptr;  // reported where the part is made
  } else {
    auto stage = std::make_unique<T>();
    if constexpr (owns_serialize<T>()) decode_into(*stage, reader);
    return stage;
  }
}

/// Decodes an item of the channel's type and hands it over as what the stage takes.
template <class T, class Given>
void process_item(StageBase& stage, Reader& reader) {
  using In = typename T::input_type;
  if constexpr (serializable<Given>) {
    static_cast<F<In, typename T::output_type>&>(stage).process(convert<In>(decode<Given>(reader)));
  }
}

template <class T>
concept async_stage = !std::is_void_v<typename T::input_type> &&
                      std::derived_from<T, AsyncF<typename T::input_type, typename T::output_type>>;

/// The same for an AsyncF; see keep_result() about `Nothing`.
template <class T, class Given, class Nothing = void>
Awaitable<Nothing> begin_item(StageBase& stage, Reader& reader) {
  using In = typename T::input_type;
  return static_cast<AsyncF<In, typename T::output_type>&>(stage).process(convert<In>(decode<Given>(reader)));
}
template <class T>
int wanted_in_flight(const StageBase& stage) {
  return static_cast<const AsyncF<typename T::input_type, typename T::output_type>&>(stage).in_flight();
}
template <class T, class Given>
inline constexpr StageType::Async async_calls{&begin_item<T, Given>, &wanted_in_flight<T>};

/// Emits `item` as alternative I of the channel's Variant. Copies it only to convert it: an item may be movable only.
template <std::size_t I, class Variant, class Out>
void emit_alternative(Outlet& outlet, const Out& item) {
  using Alternative = std::variant_alternative_t<I, Variant>;
  if constexpr (std::is_same_v<Out, Alternative>) {
    emit_encoded(outlet, AlternativeOf<I, Variant>{item});
  } else {
    emit_alternative<I, Variant>(outlet, convert<Alternative>(item));
  }
}

template <class T, class... Ts>
consteval std::size_t place_of(std::variant<Ts...>*) {
  std::size_t place = 0;
  (void)((std::is_same_v<T, Ts> || (++place, false)) || ...);
  return place;
}

template <class Out, class Wire>
void emit_converted(Outlet& outlet, const void* item) {
  const Out& out = *static_cast<const Out*>(item);
  if constexpr (is_alternative<Out, Wire>) {
    emit_alternative<place_of<Out>(static_cast<Wire*>(nullptr)), Wire>(outlet, out);
  } else if constexpr (all_alternatives<Out, Wire>) {
    std::visit([&]<class T>(
                   const T& value) { emit_alternative<place_of<T>(static_cast<Wire*>(nullptr)), Wire>(outlet, value); },
               out);
  } else {
    emit_as<Wire>(outlet, convert<Wire>(out));
  }
}

template <class Out, std::size_t I, class Variant>
void emit_indexed(Outlet& outlet, const void* item, Indexed<I, Variant>) {
  emit_alternative<I, Variant>(outlet, *static_cast<const Out*>(item));
}

template <class T>
consteval std::size_t fixed_size() {
  if constexpr (std::is_void_v<T> || is_indexed<T>) {
    return 0;
  } else if constexpr (plain<T>) {
    return sizeof(T);
  } else {
    return 0;
  }
}

/// With the content of its Buffers.
template <class T>
std::size_t encoded_size(const T& value) {
  if constexpr (fixed_size<T>() != 0) {
    return fixed_size<T>();
  } else {
    Writer count{{}};
    encode(value, count);
    return count.size();
  }
}

template <class T, class Given>
constexpr StageType::Process processor() {
  if constexpr (std::is_void_v<Given> || async_stage<T>) {
    return nullptr;
  } else {
    return &process_item<T, Given>;
  }
}

template <class T, class Given>
constexpr const StageType::Async* async_processor() {
  if constexpr (async_stage<T> && serializable<Given>) {
    return &async_calls<T, Given>;
  } else {
    return nullptr;
  }
}

template <class Out, class Wire>
constexpr StageType::Emit emitter() {
  if constexpr (std::is_void_v<Out> || std::is_same_v<Out, Wire> || std::is_same_v<Wire, any_value>) {
    return nullptr;
  } else if constexpr (is_indexed<Wire>) {
    return [](Outlet& outlet, const void* item) { emit_indexed<Out>(outlet, item, Wire{}); };
  } else {
    return &emit_converted<Out, Wire>;
  }
}

template <class T>
constexpr StageType::Save saver() {
  if constexpr (stays_on_coordinator<T>) {
    return nullptr;
  } else {
    return &save_stage<T>;
  }
}

template <class T>
constexpr StageType::Load loader() {
  if constexpr (stays_on_coordinator<T>) {
    return nullptr;
  } else {
    return &load_stage<T>;
  }
}

/// Stage T fed by a channel of Given and putting into a channel of Wire.
template <class T, class Given, class Wire>
inline const StageType stage_type{typeid(T),
                                  typeid(Given),
                                  saver<T>(),
                                  loader<T>(),
                                  processor<T, Given>(),
                                  async_processor<T, Given>(),
                                  emitter<typename T::output_type, Wire>(),
                                  fixed_size<Given>(),
                                  fixed_size<Wire>()};

}  // namespace mpyx::detail
