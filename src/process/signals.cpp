#include "process/signals.hpp"

#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <mutex>
#include <new>

namespace mpyx::process {
namespace {

constexpr std::array<int, 5> k_fatal = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
constexpr std::size_t k_alternate_stack_bytes =
    std::size_t{128} * 1024;  // room for the stack traces of chained handlers

// Read by the handlers (acquire), stored by install_fatal_handlers() (release).
std::atomic<FatalRecord*> fatal_record{nullptr};
// Written before the handlers are installed, constant afterwards; one for each of k_fatal.
std::array<struct sigaction, k_fatal.size()> previous_fatal;
// Set by the first thread that faults (acq_rel): later ones must not overwrite what it says.
std::atomic_flag fatal_claimed = ATOMIC_FLAG_INIT;

std::size_t index_of(int signal) {
  return static_cast<std::size_t>(std::find(k_fatal.begin(), k_fatal.end(), signal) - k_fatal.begin());
}

// Whether it was us who recorded. Async-signal-safe: atomics and one system call.
bool record_fault(int signal, const siginfo_t* info) {
  FatalRecord* record = fatal_record.load(std::memory_order_acquire);
  if (record == nullptr || fatal_claimed.test_and_set(std::memory_order_acq_rel)) return false;
  const bool fault = info != nullptr && info->si_code > 0 && signal != SIGABRT;  // si_code <= 0: sent by a process
  record->thread.store(static_cast<std::int32_t>(::syscall(SYS_gettid)), std::memory_order_relaxed);
  record->address.store(fault ? reinterpret_cast<std::uint64_t>(info->si_addr) : 0, std::memory_order_relaxed);
  record->signal.store(signal, std::memory_order_release);  // partner: the acquire load of whoever reads the record
  return true;
}

void forget_fault() {
  if (FatalRecord* record = fatal_record.load(std::memory_order_acquire)) {
    record->signal.store(0, std::memory_order_release);
  }
  fatal_claimed.clear(std::memory_order_release);
}

void set_default(int signal) {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  sigemptyset(&action.sa_mask);
  ::sigaction(signal, &action, nullptr);
}

// What the kernel would have done without us. Returns whether the process goes on after this handler.
bool hand_on(int signal, siginfo_t* info, void* context) {
  const struct sigaction& previous = previous_fatal[index_of(signal)];
  const bool has_handler =
      (previous.sa_flags & SA_SIGINFO) != 0 || (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN);
  const bool ignored = !has_handler && previous.sa_handler == SIG_IGN && info != nullptr && info->si_code <= 0;
  if (ignored) return true;
  const bool once = (previous.sa_flags & static_cast<int>(SA_RESETHAND)) != 0;
  if (!has_handler || once) set_default(signal);
  if (!has_handler) {
    ::raise(signal);  // blocked until this handler returns, then fatal
    return false;
  }
  if ((previous.sa_flags & SA_SIGINFO) != 0) {
    previous.sa_sigaction(signal, info, context);
  } else {
    previous.sa_handler(signal);
  }
  return !once;
}

void on_fatal_signal(int signal, siginfo_t* info, void* context) {
  const int saved_errno = errno;
  const bool recorded = record_fault(signal, info);
  // abort() ends the process even when a handler returns, so its record stays.
  if (hand_on(signal, info, context) && recorded && signal != SIGABRT) forget_fault();
  errno = saved_errno;
}

void install_handlers() {
  for (std::size_t i = 0; i < k_fatal.size(); ++i) {
    ::sigaction(k_fatal[i], nullptr, &previous_fatal[i]);
    struct sigaction action {};
    action.sa_sigaction = on_fatal_signal;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    // Other fatal signals stay unblocked: a fault in a chained handler must still reach somebody.
    sigemptyset(&action.sa_mask);
    ::sigaction(k_fatal[i], &action, nullptr);
  }
}

}  // namespace

void install_fatal_handlers(FatalRecord* record) {
  static std::once_flag once;
  fatal_record.store(record, std::memory_order_release);
  if (record == nullptr) return;
  // Never destroyed: the process may exit on another thread than the one this stack belongs to.
  alignas(AlternateStack) static std::byte place[sizeof(AlternateStack)];
  static const auto* const stack = new (place) AlternateStack;
  static_cast<void>(stack);
  std::call_once(once, install_handlers);
}

AlternateStack::AlternateStack() {
  stack_t present{};
  if (::sigaltstack(nullptr, &present) != 0 || (present.ss_flags & SS_DISABLE) == 0) return;
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const std::size_t size = k_alternate_stack_bytes + page;
  void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (memory == MAP_FAILED) return;
  ::mprotect(memory, page, PROT_NONE);  // an overflow of this stack too shall be a fault, not a corruption
  stack_t wanted{};
  wanted.ss_sp = static_cast<char*>(memory) + page;
  wanted.ss_size = k_alternate_stack_bytes;
  if (::sigaltstack(&wanted, nullptr) != 0) {
    ::munmap(memory, size);
    return;
  }
  memory_ = memory;
  size_ = size;
}

AlternateStack::~AlternateStack() {
  if (memory_ == nullptr) return;
  stack_t none{};
  none.ss_flags = SS_DISABLE;
  ::sigaltstack(&none, nullptr);
  ::munmap(memory_, size_);
}

void die_with_parent(int signal, pid_t parent) {
  const pid_t expected = parent != 0 ? parent : ::getppid();
  ::prctl(PR_SET_PDEATHSIG, signal);
  if (::getppid() != expected) ::raise(signal);  // it died before the kernel knew of our wish
}

}  // namespace mpyx::process
