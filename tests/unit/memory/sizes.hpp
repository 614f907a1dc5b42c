#pragma once

#include <cstddef>

namespace mpyx::memory {

constexpr std::size_t k_kib = 1 << 10;
constexpr std::size_t k_mib = 1 << 20;

}  // namespace mpyx::memory
