#include <mpyx/mpyx.hpp>

#include <gtest/gtest.h>

#include "coordinator/coordinator.hpp"
#include "memory/fences.hpp"

namespace mpyx::coordinator {
namespace {

std::shared_ptr<channel::Domain> make_domain() {
  auto segment = memory::Segment::create(std::size_t{1} << 26);
  memory::fences_decide(segment);
  memory::Arena::format(segment);
  return std::make_shared<channel::Domain>(std::move(segment), std::uint16_t{0});
}

template <class Pipeline>
detail::Blueprint blueprint_of(const Pipeline& pipeline) {
  detail::Blueprint blueprint;
  blueprint.open_scope(pipeline.options());
  pipeline.spec().template build_from<0, void, void>(blueprint, detail::Entry{});
  return blueprint;
}

TEST(Deploy, ARankThatCannotBeToldFailsTheRunAndNothingElse) {
  const auto domain = make_domain();
  const memory::Offset cell = domain->arena.allocate(4096, {});
  Coordinator* told = nullptr;
  Coordinator::Ways ways;
  ways.flush_lines = [] {};
  ways.to_rank = [&](int rank, const wire::Command& command) {
    if (rank == 2) throw memory::OutOfMemory{1, 1, {}};
    told->send(wire::RankFinished{std::get<wire::Deploy>(command).run, rank});
  };
  Coordinator coordinator{domain, {{{"here", 4, {0, 1, 2, 3}}}}, cell, std::move(ways)};
  told = &coordinator;
  const auto run = coordinator.start(blueprint_of(EZ(Const(1), Map([](int x) { return x; }), [](int) {})), {});
  EXPECT_TRUE(coordinator.idle());
  try {
    run->join();
    ADD_FAILURE() << "it was said to have worked";
  } catch (const StageError& error) {
    EXPECT_EQ(error.rank(), 2);
  }
}

}  // namespace
}  // namespace mpyx::coordinator
