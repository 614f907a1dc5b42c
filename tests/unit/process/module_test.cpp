#include "process/module.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <memory>
#include <set>
#include <thread>

#include "process/names.hpp"

static int square(int x) { return x * x + 1; }

namespace outer {
template <class T>
[[gnu::noinline]] T twice(T x) {
  return x + x;
}
int overloaded(int x) { return x; }
int overloaded(double) { return 1; }
template <class T>
struct Picky {};
struct Functor {
  int operator()(int x) const { return x; }
  int method(int x) { return x; }
};
namespace {
[[gnu::used]] std::string shout(const std::string& text) { return text + "!"; }
struct Hidden {};
}  // namespace
}  // namespace outer

namespace mpyx::process {
namespace {

template <class Function>
const void* address_of(Function* function) {
  return reinterpret_cast<const void*>(function);
}

int anchor = 1;

TEST(Module, ListsExecutableFirstWithBuildId) {
  const auto& list = modules();
  ASSERT_FALSE(list.empty());
  EXPECT_EQ(list.front().path, own_path());
  EXPECT_EQ(list.front().build_id, own_build_id());
  std::set<std::uint64_t> ids;
  for (const auto& module : list) {
    EXPECT_FALSE(module.build_id.empty()) << module.path;
    EXPECT_LT(module.begin, module.end);
    EXPECT_NE(module.id, 0U);
    ids.insert(module.id);
  }
  EXPECT_EQ(ids.size(), list.size());
  EXPECT_EQ(&modules(), &list);
}

TEST(Module, ResolvesWhatItLocates) {
  for (const void* address : {address_of(&square), static_cast<const void*>(&anchor), address_of(&std::puts)}) {
    const CodeAddress located = locate(address);
    EXPECT_NE(located.module, 0U);
    EXPECT_EQ(resolve(located), address);
  }
}

TEST(Module, RefusesForeignAddresses) {
  const auto heap = std::make_unique<int>(1);
  const int local = 1;
  EXPECT_EQ(locate(heap.get()), CodeAddress{});
  EXPECT_EQ(locate(&local), CodeAddress{});
  EXPECT_EQ(locate(nullptr), CodeAddress{});
  EXPECT_EQ(resolve({}), nullptr);
  const CodeAddress good = locate(&anchor);
  EXPECT_EQ(resolve({good.module ^ 1U, good.offset}), nullptr);
  EXPECT_EQ(resolve({good.module, std::uint64_t{1} << 40U}), nullptr);
  EXPECT_EQ(resolve({good.module, ~std::uint64_t{0}}), nullptr);
}

TEST(Module, TellsCodeFromData) {
  EXPECT_TRUE(executable(address_of(&square)));
  EXPECT_FALSE(executable(&anchor));
  EXPECT_FALSE(executable(nullptr));
}

TEST(Module, KnowsSystemLibraries) {
  EXPECT_TRUE(is_system_library(*module_of(stdout)));
  EXPECT_FALSE(is_system_library(*module_of(&anchor)));
  Module module;
  for (const char* path :
       {"/lib/x86_64-linux-gnu/libc.so.6", "/lib64/libm.so.6", "linux-vdso.so.1", "/lib64/ld-linux-x86-64.so.2"}) {
    module.path = path;
    EXPECT_TRUE(is_system_library(module)) << path;
  }
  for (const char* path :
       {"/usr/lib/libcurl.so.4", "/usr/lib/libstdc++.so.6", "/home/libc/program", "/usr/lib/libmpi.so"}) {
    module.path = path;
    EXPECT_FALSE(is_system_library(module)) << path;
  }
}

TEST(Module, KnowsAddressesOfThisProcess) {
  const auto heap = std::make_unique<int>(1);
  const int local = 1;
  for (const void* address : {static_cast<const void*>(heap.get()), static_cast<const void*>(&local),
                              static_cast<const void*>(&anchor), address_of(&square)}) {
    EXPECT_TRUE(points_into_this_process(reinterpret_cast<std::uint64_t>(address)));
  }
  for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{42}, std::uint64_t{65536}, ~std::uint64_t{0},
                                    std::uint64_t{0x3ff0000000000000}}) {
    EXPECT_FALSE(points_into_this_process(value)) << value;
  }
}

TEST(Names, FindsFunctions) {
  EXPECT_EQ(symbol_name(address_of(&square)), "square");
  EXPECT_EQ(symbol_name(address_of(&outer::shout)), "shout");
  EXPECT_EQ(symbol_name(address_of(&outer::twice<int>)), "twice");
  EXPECT_EQ(symbol_name(address_of<int(double)>(&outer::overloaded)), "overloaded");
  int (*lambda)(int) = [](int x) { return x; };
  EXPECT_EQ(symbol_name(address_of(lambda)), "lambda");
  EXPECT_EQ(symbol_name(&anchor), "");
  EXPECT_EQ(symbol_name(nullptr), "");
}

TEST(Names, FindsFunctionsFromManyThreads) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int round = 0; round < 50; ++round) {
        EXPECT_EQ(symbol_name(address_of(&outer::shout)), "shout");
        EXPECT_EQ(resolve(locate(&anchor)), &anchor);
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

TEST(Names, ShortensTypes) {
  const auto lambda = [] {};
  EXPECT_EQ(type_display_name(typeid(outer::Picky<std::string>)), "Picky");
  EXPECT_EQ(type_display_name(typeid(outer::Hidden)), "Hidden");
  EXPECT_EQ(type_display_name(typeid(outer::Functor)), "Functor");
  EXPECT_EQ(type_display_name(typeid(lambda)), "lambda");
  EXPECT_EQ(type_display_name(typeid(outer::Picky<decltype(lambda)>)), "Picky");
  EXPECT_EQ(type_display_name(typeid(unsigned long)), "unsigned long");
  EXPECT_EQ(type_display_name(typeid(int (*)(double))), "int (*)(double)");
  struct Local {};
  EXPECT_EQ(type_display_name(typeid(Local)), "Local");
}

TEST(Names, ShortensFunctions) {
  const std::pair<const char*, const char*> cases[] = {
      {"main", "main"},
      {"square(int)", "square"},
      {"square(int) [clone .constprop.0]", "square"},
      {"(anonymous namespace)::shout(std::string const&)", "shout"},
      {"int a::(anonymous namespace)::twice<int>(int)", "twice"},
      {"std::vector<int, std::allocator<int> > make<3>()", "make"},
      {"int const& a::pick<int>(int const&)", "pick"},
      {"a::shout[abi:cxx11](int)", "shout"},
      {"a::Functor::method(int) const", "method"},
      {"a::Functor::method(int) const &", "method"},
      {"a::Functor::operator()(int) const", "Functor"},
      {"a::Templated<int>::operator()(int) const", "Templated"},
      {"main::{lambda(int)#1}::operator()(int) const", "lambda"},
      {"main::{lambda(int)#1}::_FUN(int)", "lambda"},
      {"run(std::function<void (int)>)::{lambda(auto:1)#2}::operator()<int>(int) const", "lambda"},
      {"main::$_0::__invoke(int)", "lambda"},
      {"outer(int)::Local::apply(int)", "apply"},
      {"outer(int) const::Local::apply(int)", "apply"},
      {"a::operator<<(std::ostream&, a::T const&)", "operator<<"},
      {"a::operator-(a::T)", "operator-"},
      {"bool a::operator< <int>(int, int)", "operator<"},
      {"a::T::operator int() const", "operator int"},
      {"void (*get<int>(int))(double)", "get"},
      {"operators(int)", "operators"},
      {"", ""},
      {"<", ""},
      {"((((", ""},
      {"operator", "operator"},
  };
  for (const auto& [demangled, plain] : cases) EXPECT_EQ(plain_function_name(demangled), plain) << demangled;
}

}  // namespace
}  // namespace mpyx::process
