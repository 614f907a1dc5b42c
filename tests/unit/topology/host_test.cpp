#include "topology/host.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

namespace mpyx::topology {
namespace {

// Whether `body` holds in a child process.
bool holds_in_child(const std::function<bool()>& body) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(body() ? 0 : 1);
  int status = -1;
  ::waitpid(pid, &status, 0);
  return status == 0;
}

TEST(Host, DescribesItself) {
  const HostRecord host = this_host();
  EXPECT_FALSE(host.name.empty());
  EXPECT_NE(host.identity, 0U);
  EXPECT_GE(host.cores, 1);
  EXPECT_GT(host.memory, 1U << 20U);
}

TEST(Host, IsTheSameForProcessesOfOneHost) {
  const HostRecord host = this_host();
  EXPECT_TRUE(holds_in_child([&] { return this_host().identity == host.identity; }));
}

TEST(Host, IsAnotherInAnotherNamespace) {
  const HostRecord host = this_host();
  if (!holds_in_child([] { return ::unshare(CLONE_NEWUTS) == 0; })) GTEST_SKIP() << "namespaces are not allowed here";
  EXPECT_TRUE(holds_in_child([&] { return ::unshare(CLONE_NEWUTS) == 0 && this_host().identity != host.identity; }));
}

TEST(Host, CountsOnlyUsableCores) {
  EXPECT_TRUE(holds_in_child([] {
    cpu_set_t present;
    cpu_set_t one;
    CPU_ZERO(&one);
    if (::sched_getaffinity(0, sizeof present, &present) != 0) return true;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
      if (!CPU_ISSET(cpu, &present)) continue;
      CPU_SET(cpu, &one);
      break;
    }
    return ::sched_setaffinity(0, sizeof one, &one) == 0 && this_host().cores == 1;
  }));
}

}  // namespace
}  // namespace mpyx::topology
