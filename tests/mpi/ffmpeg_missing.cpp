// Without the program ffmpeg: a StageError that names it and says what to do.
// run: 1 2    compare: exact    sanitize: no
#include <mpyx/mpyx.hpp>

#include <cstdlib>
#include <iostream>
#include <string>

using namespace mpyx;

int main(int argc, char** argv) {
  ::setenv("PATH", "/nowhere", 1);
  Session session{argc, argv};
  try {
    EZ(FFmpeg("in.mp4", "", VideoShape{48, 64, 3}, "")).list();
  } catch (const StageError& error) {
    std::cout << error.stage() << ": " << error.message() << '\n';
  }
}
