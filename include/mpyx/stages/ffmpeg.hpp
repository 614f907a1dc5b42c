#pragma once

#include <mpyx/stage.hpp>
#include <mpyx/stages/video_frame.hpp>

#include <exception>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace mpyx {
namespace detail {

/// A file, device or address, as ffmpeg takes it behind -i or as its output.
struct VideoFile {
  std::string name;

  VideoFile() = default;
  VideoFile(std::string file) : name{std::move(file)} {}
  VideoFile(const char* file) : name{file} {}
  VideoFile(const std::filesystem::path& file) : name{file.string()} {}
  template <class Archive>
  void serialize(Archive& archive) {
    archive(name);
  }
};

/// Options as a list, or as one text that is split at blanks; quotes ('...' or "...") keep blanks together.
struct VideoOptions {
  std::vector<std::string> words;

  VideoOptions() = default;
  VideoOptions(const char* text) : VideoOptions{std::string{text}} {}
  VideoOptions(const std::string& text);
  VideoOptions(std::vector<std::string> list) : words{std::move(list)} {}
  VideoOptions(std::initializer_list<const char*> list) : words(list.begin(), list.end()) {}
  template <class Archive>
  void serialize(Archive& archive) {
    archive(words);
  }
};

/// What to run. A side with a shape is a stream of raw frames, else it is a file.
struct VideoCommand {
  std::string input;
  VideoShape input_shape{};
  VideoOptions input_options;
  std::string output;
  VideoShape output_shape{};
  VideoOptions output_options;
  VideoOptions global_options;
  bool verbose = false;

  void set_input(const VideoFile& file) { input = file.name; }
  void set_input(VideoShape shape) { input_shape = shape; }
  void set_output(const VideoFile& file) { output = file.name; }
  void set_output(VideoShape shape) { output_shape = shape; }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(input, input_shape, input_options, output, output_shape, output_options, global_options, verbose);
  }
};

/// Throws Error for a frame that is not of this shape.
void check_shape(const VideoFrame& frame, VideoShape told);

/// A running ffmpeg. Its waits end with Stopped once `stopped()` holds; ffmpeg ends with this object. Everything that goes
/// wrong is an Error that ends with ffmpeg's last lines.
class VideoProgram {
 public:
  using Give = std::function<void(VideoFrame)>;

  VideoProgram(const VideoCommand& command, std::function<bool()> stopped);
  ~VideoProgram();

  /// Hands it a frame of the command's shape, and `give` what comes out meanwhile. False when it has ended well and takes no
  /// more.
  bool feed(const VideoFrame& frame, const Give& give);
  /// No frame follows: gives the rest and waits for its end.
  void finish(const Give& give);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

template <class Side>
using video_item = std::conditional_t<std::is_same_v<Side, VideoShape>, VideoFrame, void>;

/// What all four have: the command, and how it runs. Shared since stages can be copied; used by one stage.
template <class In, class Out>
class VideoStage : public F<In, Out> {
 public:
  static constexpr bool names_files = true;

 protected:
  VideoStage() = default;
  explicit VideoStage(VideoCommand command) : command_{std::move(command)} {}

  /// `ended`: what ends its waits.
  void start(std::function<bool()> ended) { program_ = std::make_shared<VideoProgram>(command_, std::move(ended)); }
  bool running() const { return program_ != nullptr; }
  /// Before the next frame: an ffmpeg that has failed takes none, and a policy that goes on must not take that for success. A
  /// frame of another shape is not ffmpeg's failure: the next one may be right.
  void check(const VideoFrame& frame) const {
    if (!failure_.empty()) throw std::runtime_error{"ffmpeg has failed before: " + failure_};
    check_shape(frame, command_.input_shape);
  }
  void feed(const VideoFrame& frame) {
    if (!guarded([&] { return program_->feed(frame, giver()); })) this->stop();
  }
  void finish() {
    guarded([&] { program_->finish(giver()); });
    program_.reset();
  }

  VideoCommand command_;

 private:
  VideoProgram::Give giver() {
    if constexpr (std::is_void_v<Out>) {
      return nullptr;
    } else {
      return [this](VideoFrame frame) { this->put(frame); };
    }
  }
  /// Whatever ends a call early ends ffmpeg.
  template <class Call>
  auto guarded(Call call) {
    try {
      return call();
    } catch (const Stopped&) {
      program_.reset();
      throw;
    } catch (const std::exception& error) {
      failure_ = error.what();
      program_.reset();
      throw;
    } catch (...) {
      program_.reset();
      throw;
    }
  }

  std::shared_ptr<VideoProgram> program_;
  std::string failure_;
};

}  // namespace detail

/// Runs the `ffmpeg` program, found in PATH, through pipes; no shell is involved. Input and output are each a file (or what
/// else ffmpeg reads and writes), or a VideoShape, which stands for a stream of frames of that shape:
///
///     FFmpeg("in.mp4", "", VideoShape{480, 640, 3}, "")           a source of VideoFrame
///     FFmpeg(VideoShape{480, 640, 3}, "-r 25", "out.mp4", "")     a sink of VideoFrame
///     FFmpeg(VideoShape{480, 640, 3}, "", VideoShape{240, 320, 3}, "-vf scale=320:240")   from frames to frames
///     FFmpeg("in.mp4", "", "out.mkv", "-c copy")             from file to file; a pipeline of its own
///
/// Options are one text, split at blanks outside quotes, or a list of words. Nothing is scaled unless an option says so: a
/// video of another shape is an error, as are a missing program, a stream that ends inside a frame, and an ffmpeg that
/// fails; the message ends with its last lines. With `verbose` all it says goes to stderr.
/// An output file is complete once the pipeline is joined or drained, and incomplete when it was stopped or failed. Files are
/// replaced ("-n" in `global_opts` refuses that). Runs on the coordinator's host unless pinned.
template <class Input, class Output>
class FFmpeg : public detail::VideoStage<void, detail::video_item<Output>> {
 public:
  FFmpeg() = default;
  FFmpeg(std::type_identity_t<Input> input, detail::VideoOptions input_opts, std::type_identity_t<Output> output,
         detail::VideoOptions output_opts = {}, detail::VideoOptions global_opts = {}, bool verbose = false) {
    this->command_ = {{}, {}, std::move(input_opts), {}, {}, std::move(output_opts), std::move(global_opts), verbose};
    this->command_.set_input(input);
    this->command_.set_output(output);
  }

  void setup() override {
    this->start([this] { return this->stopped(); });
    this->finish();
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(this->command_);
  }
};

template <class Output>
class FFmpeg<VideoShape, Output> : public detail::VideoStage<VideoFrame, detail::video_item<Output>> {
 public:
  FFmpeg() = default;
  FFmpeg(VideoShape input, detail::VideoOptions input_opts, std::type_identity_t<Output> output,
         detail::VideoOptions output_opts = {}, detail::VideoOptions global_opts = {}, bool verbose = false) {
    this->command_ = {{},     input, std::move(input_opts), {}, {}, std::move(output_opts), std::move(global_opts),
                      verbose};
    this->command_.set_output(output);
  }

  void setup() override {
    // Its own stop() lets ffmpeg finish what it has.
    this->start([this] { return detail::StageAccess::context(*this).must_end(); });
  }
  void process(VideoFrame frame) override {
    this->check(frame);
    if (this->running()) this->feed(frame);
  }
  void teardown() override {
    if (this->running()) this->finish();
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(this->command_);
  }
};

FFmpeg(detail::VideoFile, detail::VideoOptions, detail::VideoFile, detail::VideoOptions = {}, detail::VideoOptions = {},
       bool = false)
    ->FFmpeg<detail::VideoFile, detail::VideoFile>;
FFmpeg(detail::VideoFile, detail::VideoOptions, VideoShape, detail::VideoOptions = {}, detail::VideoOptions = {},
       bool = false)
    ->FFmpeg<detail::VideoFile, VideoShape>;
FFmpeg(VideoShape, detail::VideoOptions, detail::VideoFile, detail::VideoOptions = {}, detail::VideoOptions = {},
       bool = false)
    ->FFmpeg<VideoShape, detail::VideoFile>;
FFmpeg(VideoShape, detail::VideoOptions, VideoShape, detail::VideoOptions = {}, detail::VideoOptions = {}, bool = false)
    ->FFmpeg<VideoShape, VideoShape>;

}  // namespace mpyx
