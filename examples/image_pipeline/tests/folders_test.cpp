#include "folders.hpp"

#include "console.hpp"
#include "options.hpp"
#include "samples.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <initializer_list>

namespace {

using namespace image_pipeline;

std::string refusal(const std::function<void()>& call) {
  try {
    call();
  } catch (const FolderError& error) {
    return error.what();
  }
  return "";
}

TEST(Folders, ListTheLargestFileFirst) {
  const samples::Folder folder;
  samples::write(folder.path() / "b.png", "12");
  samples::write(folder.path() / "a.txt", "12");
  samples::write(folder.path() / "large.jpg", "12345");
  EXPECT_EQ(list_files(folder.path()).names, (std::vector<std::string>{"large.jpg", "a.txt", "b.png"}));
}

TEST(Folders, LeaveOutSubfoldersAndHiddenFiles) {
  const samples::Folder folder;
  std::filesystem::create_directories(folder.path() / "sub.png");
  samples::write(folder.path() / ".hidden.png", "1");
  EXPECT_TRUE(list_files(folder.path()).names.empty());
}

TEST(Folders, ListDanglingLinksForTheReaderToReport) {
  const samples::Folder folder;
  std::filesystem::create_symlink("nowhere", folder.path() / "link.png");
  EXPECT_EQ(list_files(folder.path()).names.size(), 1U);
}

TEST(Folders, NameAnInputThatIsNone) {
  const samples::Folder folder;
  const std::string absent = folder.path() / "absent";
  EXPECT_NE(refusal([&] { (void)list_files(absent); }).find("'" + absent + "' cannot be used: No such file"),
            std::string::npos);
  samples::write(absent, "a file");
  EXPECT_NE(refusal([&] { (void)list_files(absent); }).find("Not a directory"), std::string::npos);
}

TEST(Folders, OutputIsMade) {
  const samples::Folder folder;
  const std::string deep = folder.path() / "a" / "b";
  prepare_output(deep);
  prepare_output(deep);
  EXPECT_TRUE(std::filesystem::is_directory(deep));
  EXPECT_NO_THROW(prepare_output(deep + "/"));
}

TEST(Folders, NameAnOutputThatCannotBeMade) {
  const samples::Folder folder;
  const std::string file = folder.path() / "file";
  samples::write(file, "a file");
  EXPECT_NE(refusal([&] { prepare_output(file); }).find("'" + file + "' cannot be used"), std::string::npos);
  EXPECT_NE(refusal([&] { prepare_output(file + "/sub"); }).find("Not a directory"), std::string::npos);
}

TEST(Folders, KnowTheSameFolderUnderTwoNames) {
  const samples::Folder folder;
  const std::string path = folder.path();
  EXPECT_TRUE(same_folder(path, path + "/."));
  EXPECT_FALSE(same_folder(path, "/"));
  EXPECT_FALSE(same_folder(path, path + "/absent"));
}

std::optional<int> parsed(std::initializer_list<const char*> words, Options& options) {
  std::vector<std::string> copies{"image_pipeline"};
  copies.insert(copies.end(), words.begin(), words.end());
  std::vector<char*> arguments;
  for (std::string& word : copies) arguments.push_back(word.data());
  return parse(static_cast<int>(arguments.size()), arguments.data(), options);
}

TEST(CommandLine, GivesWhatItWasTold) {
  Options options;
  EXPECT_EQ(parsed({"in", "out", "--resize-workers", "9", "--width=640", "--serial"}, options), std::nullopt);
  EXPECT_EQ(options.input, "in");
  EXPECT_EQ(options.output, "out");
  EXPECT_EQ(options.resize_workers, 9);
  EXPECT_EQ(options.imread_workers, 3);
  EXPECT_EQ(options.width, 640);
  EXPECT_TRUE(options.serial);
}

TEST(CommandLine, EndsWithTwoWhenWrong) {
  for (const auto& words : {std::initializer_list<const char*>{},
                            {"in"},
                            {"in", "out", "--resize-workers", "0"},
                            {"in", "out", "--quality", "101"},
                            {"in", "out", "--width", "x"},
                            {"in", "out", "more"},
                            {"/", "/"}}) {
    Options options;
    EXPECT_EQ(parsed(words, options), 2);
  }
}

TEST(CommandLine, HelpIsNoError) {
  Options options;
  EXPECT_EQ(parsed({"--help"}, options), 0);
}

TEST(Progress, SaysHowFarAndHowFast) {
  EXPECT_EQ(progress_text(37, 103, std::chrono::seconds{2}), "37 of 103 pictures, 18.5 per second");
  EXPECT_EQ(progress_text(0, 1, std::chrono::seconds{0}), "0 of 1 pictures, 0.0 per second");
}

}  // namespace
