#include "coordinator/host_answers.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <thread>
#include <variant>
#include <vector>

namespace mpyx::coordinator {
namespace {

using namespace std::chrono_literals;

runtime::HostSnapshot answer_to(const runtime::HostCommand& command, std::uint32_t node) {
  const auto& ask = std::get<runtime::AskSnapshot>(command);
  runtime::HostSnapshot answer{ask.run, ask.question, {}};
  answer.part.nodes.push_back({node, {}});
  return answer;
}

TEST(HostAnswers, AreCollectedFromAllHosts) {
  HostAnswers answers;
  std::vector<std::thread> hosts;
  const auto parts = answers.ask(
      7, {1, 2, 3},
      [&](int host, const runtime::HostCommand& command) {
        hosts.emplace_back([&answers, host, command] {
          answers.answered(host, answer_to(command, static_cast<std::uint32_t>(host) * 10));
        });
      },
      1h);
  for (auto& host : hosts) host.join();
  ASSERT_EQ(parts.size(), 3U);
  EXPECT_EQ(parts.at(2).nodes.front().id, 20U);
}

TEST(HostAnswers, AreNotWaitedForBeyondTheLimit) {
  HostAnswers answers;
  const auto parts = answers.ask(
      7, {1, 2},
      [&](int host, const runtime::HostCommand& command) {
        if (host == 2) answers.answered(host, answer_to(command, 0));
      },
      1ms);
  EXPECT_EQ(parts.size(), 1U);
  EXPECT_TRUE(parts.contains(2));
}

TEST(HostAnswers, ThatAreTooLateAreForgotten) {
  HostAnswers answers;
  std::optional<runtime::HostCommand> question;
  const auto keep = [&](int, const runtime::HostCommand& command) { question = command; };
  EXPECT_TRUE(answers.ask(7, {1}, keep, 0ms).empty());
  answers.answered(1, answer_to(*question, 0));
  EXPECT_TRUE(answers.ask(7, {1}, keep, 0ms).empty());
}

}  // namespace
}  // namespace mpyx::coordinator
