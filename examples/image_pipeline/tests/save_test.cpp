#include "imaging/save.hpp"

#include "imaging/read.hpp"
#include "samples.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <csignal>
#include <thread>

#include <sys/resource.h>
#include <sys/stat.h>

namespace {

using imaging::Format;
using imaging::Image;
using imaging::save_image;

std::string failure(const std::filesystem::path& file) {
  try {
    save_image(samples::picture(8, 8, 3, Format::png), file, 90);
  } catch (const imaging::SaveError& error) {
    return error.what();
  }
  return "";
}

TEST(Save, WritesTheKindThePictureCameFrom) {
  const samples::Folder folder;
  for (const Format format : {Format::jpeg, Format::png}) {
    save_image(samples::picture(20, 10, 3, format), folder.path() / "picture", 90);
    EXPECT_EQ(imaging::read_image(folder.path() / "picture").format, format);
  }
}

TEST(Save, LeavesNothingElseBehind) {
  const samples::Folder folder;
  save_image(samples::picture(20, 10, 4, Format::png), folder.path() / "a.png", 90);
  save_image(samples::picture(20, 10, 3, Format::png), folder.path() / "a.png", 90);
  EXPECT_EQ(folder.names(), (std::vector<std::string>{"a.png"}));
}

TEST(Save, QualityDecidesTheSize) {
  const Image picture = samples::picture(200, 150, 3, Format::jpeg);
  EXPECT_LT(imaging::encode_jpeg(picture, 20).size(), imaging::encode_jpeg(picture, 95).size());
}

TEST(Save, DropsTheAlphaOfAJpeg) {
  const Image read = imaging::decode(imaging::encode_jpeg(samples::picture(30, 20, 4, Format::jpeg), 95));
  EXPECT_LT(samples::mean_difference(read, samples::picture(30, 20, 3, Format::jpeg)), 10);
}

TEST(Save, TheSamePictureGivesTheSameBytes) {
  for (const Format format : {Format::jpeg, Format::png}) {
    const Image picture = samples::picture(90, 70, 3, format);
    EXPECT_EQ(imaging::encode(picture, 80), imaging::encode(picture, 80));
  }
}

TEST(Save, ReadersSeeTheOldOrTheNewFileOnly) {
  const samples::Folder folder;
  const auto file = folder.path() / "picture.png";
  const std::array<Image, 2> versions{samples::plain(64, 64, {0, 0, 0}), samples::picture(64, 64, 3, Format::png)};
  save_image(versions[0], file, 90);
  std::atomic<bool> done = false;  // relaxed: it only ends the loop
  std::jthread reader{[&] {
    while (!done.load(std::memory_order_relaxed)) {
      const Image seen = imaging::read_image(file);
      EXPECT_TRUE(seen == versions[0] || seen == versions[1]);
    }
  }};
  for (std::size_t round = 0; round < 300; ++round) save_image(versions[round % 2], file, 90);
  done.store(true, std::memory_order_relaxed);
}

TEST(Save, NewFilesHaveTheUsualRights) {
  const samples::Folder folder;
  const mode_t mask = ::umask(022);
  save_image(samples::picture(8, 8, 3, Format::png), folder.path() / "a.png", 90);
  ::umask(mask);
  struct stat status {};
  ASSERT_EQ(::stat((folder.path() / "a.png").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0644U);
}

TEST(Save, NamesAFolderThatHasGone) {
  const samples::Folder folder;
  const std::string file = folder.path() / "gone" / "a.png";
  EXPECT_EQ(failure(file),
            "cannot write " + file + ": No such file or directory; the output folder has gone: make it again");
}

TEST(Save, NamesAFolderInTheWayAndCleansUp) {
  const samples::Folder folder;
  std::filesystem::create_directories(folder.path() / "a.png");
  EXPECT_NE(failure(folder.path() / "a.png").find("a folder of that name is in the way"), std::string::npos);
  EXPECT_EQ(folder.names(), (std::vector<std::string>{"a.png"}));
}

TEST(Save, NamesAFullDiskAndKeepsTheOldFile) {
  const samples::Folder folder;
  samples::write(folder.path() / "a.png", "old");
  // A limit on file sizes fails in the middle of a write as a full disk does.
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{10, before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);
  const std::string message = failure(folder.path() / "a.png");
  ::setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_NE(message.find("File too large"), std::string::npos) << message;
  EXPECT_EQ(folder.names(), (std::vector<std::string>{"a.png"}));
  EXPECT_EQ(samples::content(folder.path() / "a.png").size(), 3U);
}

}  // namespace
