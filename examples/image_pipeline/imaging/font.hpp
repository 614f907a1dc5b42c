#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace imaging {

inline constexpr int k_glyph_width = 5;
inline constexpr int k_glyph_height = 7;
inline constexpr int k_glyph_advance = 6;

/// A letter of 5 x 7 dots: one byte a row from the top, the leftmost dot is bit 4.
using Glyph = std::array<std::uint8_t, k_glyph_height>;

/// The letter's dots; lower case is drawn as upper case, what the font lacks as a box.
[[nodiscard]] const Glyph& glyph(char letter);

/// Whether the dot (x, y) of a line of text is set; the line is 6 dots a letter wide and 7 high. Outside: not set.
[[nodiscard]] bool dot_of(std::string_view text, int x, int y);

}  // namespace imaging
