#pragma once

#include <atomic>

#if defined(__SANITIZE_THREAD__)
#define MPYX_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define MPYX_TSAN 1
#endif
#endif

namespace mpyx {

/// Orders every earlier load and store of this thread before every later one, as seen by all processors.
/// ThreadSanitizer knows no fences, so that build uses a sequentially consistent read-modify-write of one variable,
/// which is as strong on the processors it runs on and which it does understand.
inline void full_fence() noexcept {
#ifdef MPYX_TSAN
  static std::atomic<unsigned> meeting_point{0};
  meeting_point.fetch_add(1, std::memory_order_seq_cst);
#else
  std::atomic_thread_fence(std::memory_order_seq_cst);
#endif
}

/// Keeps the compiler from moving memory accesses across; the processor may still do it.
inline void compiler_fence() noexcept { std::atomic_signal_fence(std::memory_order_seq_cst); }

/// Tells the processor that this is a spin loop.
inline void spin_pause() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield" ::: "memory");
#endif
}

}  // namespace mpyx
