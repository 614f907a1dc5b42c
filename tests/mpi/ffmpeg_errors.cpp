// What goes wrong with FFmpeg is a StageError that says so, with ffmpeg's last lines; and however it ends, no ffmpeg stays.
// hosts: 5
// run: 1 3    compare: exact    seconds: 60
#include <mpyx/mpyx.hpp>

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <ranges>
#include <string>
#include <thread>

#include "process/session_helper.hpp"

using namespace mpyx;

static constexpr VideoShape shape{48, 64, 3};
static const char* const pattern = "testsrc=size=64x48:rate=25";  // has no end

/// Before the real program in PATH; breaks off inside a frame when told to.
class FakeProgram {
 public:
  FakeProgram() : folder_{std::filesystem::temp_directory_path() / ("fake-ffmpeg-" + std::to_string(::getpid()))} {
    std::filesystem::create_directories(folder_);
    std::ofstream{folder_ / "ffmpeg"}
        << "#!/bin/sh\n"
           "case \"$*\" in\n"
           "*break-off*) printf 'P7\\nWIDTH 64\\nHEIGHT 48\\nDEPTH 3\\nMAXVAL 255\\n'\n"
           "  printf 'TUPLTYPE RGB\\nENDHDR\\n'; head -c 1000 /dev/zero; echo 'no more pixels' >&2;;\n"
           "*) PATH=${PATH#*:} exec ffmpeg \"$@\";;\n"
           "esac\n";
    std::filesystem::permissions(folder_ / "ffmpeg", std::filesystem::perms::owner_all);
    ::setenv("PATH", (folder_.string() + ":" + std::getenv("PATH")).c_str(), 1);
  }
  ~FakeProgram() { std::filesystem::remove_all(folder_); }

 private:
  std::filesystem::path folder_;
};

static VideoFrame draw(int) {
  VideoFrame frame{shape};
  std::ranges::fill(frame.pixels.mutate(), std::uint8_t{9});
  return frame;
}
static VideoFrame draw_small(int) {
  VideoFrame frame{VideoShape{10, 10, 3}};
  std::ranges::fill(frame.pixels.mutate(), std::uint8_t{9});
  return frame;
}

template <class Run>
static void expect(const char* title, std::initializer_list<const char*> words, Run run) {
  try {
    run();
    std::cout << title << ": no error" << std::endl;
  } catch (const StageError& error) {
    std::cout << title << ": " << error.stage() << ' ' << error.phase();
    for (const char* word : words) {
      if (error.message().find(word) == std::string::npos)
        std::cout << "\n  lacks '" << word << "' in: " << error.message();
    }
    std::cout << std::endl;
  }
}

/// Processes that the helper started and that are there, be it as zombies.
static int children() {
  const std::string helper = " " + std::to_string(process::session_helper()->pid()) + " ";
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator{"/proc"}) {
    std::string line;
    std::getline(std::ifstream{entry.path() / "stat"}, line);
    const auto name_end = line.rfind(") ");
    if (name_end != std::string::npos && line.compare(name_end + 3, helper.size(), helper) == 0) ++count;
  }
  return count;
}

int main(int argc, char** argv) {
  static FakeProgram fake;
  Session session{argc, argv};
  const auto numbers = Iter(std::views::iota(0, 100));

  expect("no file", {"exited with status", "/nowhere/at-all.mp4", "No such file"},
         [] { EZ(FFmpeg("/nowhere/at-all.mp4", "", shape)).list(); });
  expect("no place", {"/nowhere/at-all.mp4", "No such file"},
         [&] { EZ(numbers, draw, FFmpeg(shape, "", "/nowhere/at-all.mp4")).join(); });
  expect("tried again", {"failed before", "/nowhere/at-all.mp4"},
         [&] { EZ(numbers, draw, FFmpeg(shape, "", "/nowhere/at-all.mp4")).on_error(retry(1)).join(); });
  expect("no option", {"exited with status", "'nonsense'"},
         [&] { EZ(FFmpeg(pattern, "-f lavfi -nonsense 1", shape)).join(); });
  expect("other video", {"{48, 64, 3}", "{48, 32, 3}", "scale", "last words"}, [] {
    EZ(FFmpeg(pattern, "-f lavfi", VideoShape{48, 32, 3})).list();
  });
  expect("other frames", {"{10, 10, 3}", "{48, 64, 3}"},
         [&] { EZ(numbers, draw_small, FFmpeg(shape, "", shape)).join(); });
  // A frame that cannot be taken is its own failure: ffmpeg goes on, and so do the others.
  std::cout << "without the wrong ones "
            << EZ(
                   numbers, [](int n) { return n % 4 == 1 ? draw_small(n) : draw(n); }, FFmpeg(shape, "", shape))
                   .on_error(skip)
                   .list()
                   .size()
            << std::endl;
  expect("no pixels", {"{0, 64, 3}"}, [] { EZ(FFmpeg(pattern, "-f lavfi", {0, 64, 3})).list(); });
  expect("two channels", {"{48, 64, 2}"}, [] { EZ(FFmpeg(pattern, "-f lavfi", {48, 64, 2})).list(); });
  expect("broken off", {"bytes into a frame", "no more pixels"}, [] { EZ(FFmpeg("break-off", "", shape)).list(); });

  int seen = 0;
  for (const VideoFrame& frame : EZ(FFmpeg(pattern, "-f lavfi", shape)).items()) {
    seen += static_cast<int>(frame.pixels.size() == shape.bytes());
    if (seen == 20) break;
  }
  std::cout << "left after " << seen << std::endl;
  std::cout << "taken " << EZ(FFmpeg(pattern, "-f lavfi", shape), FFmpeg(shape, "", shape), Take{5}).list().size()
            << std::endl;

  auto waiting = EZ(FFmpeg("sine", "-f lavfi -re", "-", "-f null"));  // would last for ever
  waiting.start();
  const auto begin = std::chrono::steady_clock::now();
  waiting.stop();
  waiting.join();
  std::cout << "stopped " << (std::chrono::steady_clock::now() - begin < std::chrono::seconds{5}) << std::endl;

  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (children() != 0 && std::chrono::steady_clock::now() < patience) std::this_thread::yield();
  std::cout << "children left " << children() << std::endl;
}
