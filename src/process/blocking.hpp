#pragma once

namespace mpyx::process {

/// Where standard input, output or error is closed, opens /dev/null there: else the next file or socket would get its number,
/// and what the program prints would go into that. Before anything is opened.
void open_standard_descriptors() noexcept;

/// Makes writes to the descriptor wait where they would fail because a pipe or terminal is full just now. Standard output may
/// come like that from whoever started us, and stdio then loses what it had to write. Who else shares the open file is not
/// concerned where that can be helped. Before other threads write to it.
void make_blocking(int descriptor) noexcept;

}  // namespace mpyx::process
