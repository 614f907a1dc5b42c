#include "process/helper.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <thread>

#include "process_fixtures.hpp"

namespace mpyx::process {
namespace {

class HelperTest : public ::testing::Test {
 protected:
  // The output of a program that reads nothing.
  std::string output_of(const std::vector<std::string>& argv, const EnvironmentChanges& changes = {}) {
    Pipe pipe = make_pipe();
    auto child = helper_.spawn(argv, -1, pipe.writer.get(), -1, changes);
    pipe.writer.reset();
    if (!child) return child.error();
    std::string text = read_all(pipe.reader.get());
    EXPECT_TRUE(child->wait_for(20s).has_value());
    return text;
  }

  Helper helper_ = Helper::fork_helper();
};

TEST_F(HelperTest, RunsProgramBetweenPipes) {
  Pipe in = make_pipe();
  Pipe out = make_pipe();
  auto cat = helper_.spawn({"cat"}, in.reader.get(), out.writer.get(), -1);
  ASSERT_TRUE(cat);
  in.reader.reset();
  out.writer.reset();
  ASSERT_EQ(::write(in.writer.get(), "hello", 5), 5);
  in.writer.reset();
  EXPECT_EQ(read_all(out.reader.get()), "hello");
  EXPECT_EQ(cat->wait_for(20s), (ExitStatus{0, 0}));
}

TEST_F(HelperTest, PassesArgumentsLiterally) {
  EXPECT_EQ(output_of({"printf", "[%s]", "a b", "$HOME", "", "x;y"}), "[a b][$HOME][][x;y]");
}

TEST_F(HelperTest, PassesVeryLongArgumentLists) {
  const std::vector<std::string> long_list{"sh", "-c", "echo $#", "sh"};
  auto argv = long_list;
  argv.resize(argv.size() + 50'000, "0123456789");
  EXPECT_EQ(output_of(argv), "50000\n");
}

TEST_F(HelperTest, ReportsExitCode) {
  auto child = helper_.spawn({"false"}, -1, -1, -1);
  ASSERT_TRUE(child);
  EXPECT_EQ(child->wait(), (ExitStatus{1, 0}));
  EXPECT_EQ(child->wait(), (ExitStatus{1, 0}));
  EXPECT_FALSE(child->kill(SIGTERM));
}

TEST_F(HelperTest, ReportsSignal) {
  auto child = helper_.spawn({"sh", "-c", "kill -SEGV $$"}, -1, -1, -1);
  ASSERT_TRUE(child);
  const auto status = child->wait_for(20s);
  ASSERT_TRUE(status.has_value());
  EXPECT_EQ(status->signal, SIGSEGV);
  EXPECT_EQ(describe(*status), "was killed by signal 11 (Segmentation fault)");
}

TEST_F(HelperTest, RefusesMissingProgram) {
  const auto child = helper_.spawn({"no-such-program-here"}, -1, -1, -1);
  ASSERT_FALSE(child);
  EXPECT_EQ(child.error(), "cannot start 'no-such-program-here': No such file or directory");
}

TEST_F(HelperTest, RefusesFileThatIsNoProgram) {
  const std::string path = ::testing::TempDir() + "/mpyx_no_program";
  std::ofstream(path) << "echo a shell ran me\n";
  EXPECT_NE(output_of({path}).find("Permission denied"), std::string::npos);
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  EXPECT_NE(output_of({path}).find("Exec format error"), std::string::npos);
  std::filesystem::remove(path);
}

TEST_F(HelperTest, RefusesArgumentsThatNoProgramCanGet) {
  EXPECT_FALSE(helper_.spawn({}, -1, -1, -1));
  EXPECT_FALSE(helper_.spawn({std::string("a\0b", 3)}, -1, -1, -1));
  EXPECT_FALSE(helper_.spawn({"true"}, -1, -1, -1, {{"A=B", "c"}}));
  EXPECT_FALSE(helper_.spawn({""}, -1, -1, -1));
}

TEST_F(HelperTest, WaitEndsAtDeadline) {
  auto child = helper_.spawn({"sleep", "1000"}, -1, -1, -1);
  ASSERT_TRUE(child);
  EXPECT_FALSE(child->wait_for(20ms).has_value());
  EXPECT_TRUE(child->kill(SIGTERM));
  EXPECT_EQ(child->wait_for(20s), (ExitStatus{0, SIGTERM}));
}

TEST_F(HelperTest, DescriptorBecomesReadableWhenChildEnds) {
  auto child = helper_.spawn({"sleep", "1000"}, -1, -1, -1);
  ASSERT_TRUE(child);
  EXPECT_FALSE(readable_within(child->ended_descriptor(), 10ms));
  child->kill(SIGKILL);
  EXPECT_TRUE(readable_within(child->ended_descriptor(), 20s));
}

TEST_F(HelperTest, DestroyedChildIsKilledAndReaped) {
  pid_t pid = 0;
  {
    auto child = helper_.spawn({"sleep", "1000"}, -1, -1, -1);
    ASSERT_TRUE(child);
    pid = child->pid();
    EXPECT_TRUE(alive(pid));
  }
  EXPECT_TRUE(eventually(20s, [&] { return !exists(pid); }));
}

TEST_F(HelperTest, KillReachesWholeGroup) {
  Pipe out = make_pipe();
  auto child = helper_.spawn({"sh", "-c", "sleep 1000 & echo $!; wait"}, -1, out.writer.get(), -1);
  ASSERT_TRUE(child);
  const pid_t grandchild = std::atoi(read_line(out.reader.get()).c_str());
  ASSERT_TRUE(alive(grandchild));
  child->kill(SIGKILL);
  EXPECT_TRUE(eventually(20s, [&] { return !exists(grandchild); }));
}

TEST_F(HelperTest, ChildrenHaveOnlyStandardDescriptors) {
  const Descriptor inheritable(::open("/dev/null", O_RDONLY));  // deliberately without O_CLOEXEC
  // The fourth one is the folder that ls reads.
  EXPECT_EQ(output_of({"ls", "/proc/self/fd"}), "0\n1\n2\n3\n");
}

TEST_F(HelperTest, ChildrenHaveDefaultSignals) {
  std::istringstream status(output_of({"cat", "/proc/self/status"}));
  int seen = 0;
  for (std::string line; std::getline(status, line);) {
    const bool mask = line.starts_with("SigBlk:") || line.starts_with("SigIgn:");
    if (!mask) continue;
    ++seen;
    EXPECT_NE(line.find("0000000000000000"), std::string::npos) << line;
  }
  EXPECT_EQ(seen, 2);
}

TEST_F(HelperTest, ChildrenStartInPresentDirectory) {
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path("/usr");
  const std::string text = output_of({"pwd"});
  std::filesystem::current_path(before);
  EXPECT_EQ(text, "/usr\n");
}

TEST(Helper, ScrubsLauncherVariablesAndAppliesChanges) {
  for (const char* name : {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_JOB_ID"}) ::setenv(name, "1", 1);
  ::setenv("MPYX_TEST_KEPT", "kept", 1);
  ::setenv("MPYX_TEST_REMOVED", "removed", 1);
  Helper helper = Helper::fork_helper();
  Pipe out = make_pipe();
  auto child =
      helper.spawn({"env"}, -1, out.writer.get(), -1, {{"MPYX_TEST_REMOVED", std::nullopt}, {"MPYX_TEST_NEW", "a=b"}});
  out.writer.reset();
  ASSERT_TRUE(child);
  const std::string text = read_all(out.reader.get());
  for (const char* name : {"OMPI_", "PMIX_", "PMI_", "SLURM_", "MPYX_TEST_REMOVED"}) {
    EXPECT_EQ(text.find(name), std::string::npos) << name;
  }
  EXPECT_NE(text.find("MPYX_TEST_KEPT=kept\n"), std::string::npos);
  EXPECT_NE(text.find("MPYX_TEST_NEW=a=b\n"), std::string::npos);
  for (const char* name : {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_JOB_ID"}) ::unsetenv(name);
}

TEST_F(HelperTest, MovesBigStreamsWithoutDeadlock) {
  constexpr std::size_t size = 64 << 20;
  Pipe in = make_pipe();
  Pipe out = make_pipe();
  auto cat = helper_.spawn({"cat"}, in.reader.get(), out.writer.get(), -1);
  ASSERT_TRUE(cat);
  in.reader.reset();
  out.writer.reset();
  std::thread feeder([&] {
    const std::string block(1 << 20, 'x');
    for (std::size_t sent = 0; sent < size;) {
      const ssize_t written = ::write(in.writer.get(), block.data(), std::min(block.size(), size - sent));
      if (written <= 0) break;
      sent += static_cast<std::size_t>(written);
    }
    in.writer.reset();
  });
  const std::size_t received = read_all(out.reader.get()).size();
  feeder.join();
  EXPECT_EQ(received, size);
  EXPECT_TRUE(cat->wait_for(20s)->success());
}

TEST_F(HelperTest, StartsManyAtOnceWithoutLeakingDescriptors) {
  const int before = open_descriptors();
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int number = 0; number < 100; ++number) {
    threads.emplace_back([this, number, &right] {
      auto child = helper_.spawn({"sh", "-c", "exit " + std::to_string(number)}, -1, -1, -1);
      if (child && child->wait_for(60s) == ExitStatus{number, 0}) right.fetch_add(1);
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right.load(), 100);
  EXPECT_EQ(open_descriptors(), before);
  const auto in_helper = [this] {
    const std::string folder = "/proc/" + std::to_string(helper_.pid()) + "/fd";
    return std::distance(std::filesystem::directory_iterator(folder), {});
  };
  EXPECT_TRUE(eventually(20s, [&] { return in_helper() == 5; })) << in_helper();  // 0 to 2, socket, signals
}

TEST_F(HelperTest, FailedStartsLeakNothing) {
  const int before = open_descriptors();
  for (int i = 0; i < 50; ++i) EXPECT_FALSE(helper_.spawn({"no-such-program-here"}, -1, -1, -1));
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(HelperTest, HasItsNameAndUsesNoProcessor) {
  std::string name;
  const std::string folder = "/proc/" + std::to_string(helper_.pid());
  ASSERT_EQ(output_of({"true"}), "");  // it has begun its work
  std::getline(std::ifstream(folder + "/comm") >> std::ws, name);
  EXPECT_EQ(name, "mpyx-helper");
  EXPECT_TRUE(eventually(20s, [&] { return read_proc_stat(helper_.pid())->state == 'S'; }));
}

TEST_F(HelperTest, IgnoresSignalsOfTheTerminal) {
  ASSERT_EQ(output_of({"true"}), "");  // it has begun its work
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) ::kill(helper_.pid(), signal);
  EXPECT_EQ(output_of({"echo", "still there"}), "still there\n");
}

TEST(Helper, DestructionEndsHelperAndAllDescendants) {
  std::vector<pid_t> gone;
  {
    Helper helper = Helper::fork_helper();
    Pipe out = make_pipe();
    // One that leaves its process group and its parent.
    auto child = helper.spawn({"sh", "-c", "setsid sleep 1000 & echo $!; exec sleep 1000"}, -1, out.writer.get(), -1);
    ASSERT_TRUE(child);
    gone = {helper.pid(), child->pid(), std::atoi(read_line(out.reader.get()).c_str())};
    for (const pid_t pid : gone) ASSERT_TRUE(alive(pid));
    const Child kept = std::move(*child);
    helper = Helper::fork_helper();
    for (const pid_t pid : gone) EXPECT_FALSE(exists(pid)) << pid;
  }
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST_F(HelperTest, DeathOfHelperIsReportedAndEndsChildren) {
  auto child = helper_.spawn({"sleep", "1000"}, -1, -1, -1);
  ASSERT_TRUE(child);
  ::kill(helper_.pid(), SIGKILL);
  EXPECT_EQ(child->wait_for(20s), (ExitStatus{0, SIGKILL}));
  EXPECT_TRUE(eventually(20s, [&] { return !alive(child->pid()); }));
  const auto another = helper_.spawn({"true"}, -1, -1, -1);
  ASSERT_FALSE(another);
  EXPECT_NE(another.error().find("helper process is gone"), std::string::npos) << another.error();
}

TEST(Helper, ParentDeathEndsEverything) {
  Pipe out = make_pipe();
  const pid_t parent = fork_running([&] {
    Helper helper = Helper::fork_helper();
    auto child = helper.spawn({"sh", "-c", "sleep 1000 & echo $!; wait"}, -1, out.writer.get(), -1);
    ::dprintf(out.writer.get(), "%d\n%d\n", child->pid(), helper.pid());
    ::pause();
    return 0;
  });
  std::vector<pid_t> gone;
  for (int i = 0; i < 3; ++i) gone.push_back(std::atoi(read_line(out.reader.get()).c_str()));
  for (const pid_t pid : gone) ASSERT_TRUE(alive(pid)) << pid;
  ::kill(parent, SIGKILL);
  wait_status_of(parent);
  for (const pid_t pid : gone) EXPECT_TRUE(eventually(20s, [&] { return !alive(pid); })) << pid;
}

}  // namespace
}  // namespace mpyx::process
