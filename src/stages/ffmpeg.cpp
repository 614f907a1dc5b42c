#include <mpyx/detail/program.hpp>
#include <mpyx/error.hpp>
#include <mpyx/stages/ffmpeg.hpp>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <span>

namespace mpyx::detail {

namespace {

std::string text_of(VideoShape shape) {
  return "{" + std::to_string(shape.height) + ", " + std::to_string(shape.width) + ", " +
         std::to_string(shape.channels) + "}";
}

const char* pixel_format(VideoShape shape) {
  switch (shape.channels) {
    case 1:
      return "gray";
    case 3:
      return "rgb24";
    case 4:
      return "rgba";
    default:
      throw Error{"mpyx: FFmpeg knows pictures with 1, 3 or 4 channels, not the shape " + text_of(shape)};
  }
}

void check(VideoShape shape) {
  if (shape.bytes() == 0) throw Error{"mpyx: FFmpeg was given the shape " + text_of(shape) + ", which has no pixels"};
  pixel_format(shape);
}

void append(std::vector<std::string>& words, const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
}

/// Frames come out as PAM pictures: raw pixels behind a header with their shape. So a video of another shape is noticed,
/// which would pass for nonsense in a stream without headers.
std::string header_of(VideoShape shape) {
  const char* kind = shape.channels == 1 ? "GRAYSCALE" : shape.channels == 3 ? "RGB" : "RGB_ALPHA";
  return "P7\nWIDTH " + std::to_string(shape.width) + "\nHEIGHT " + std::to_string(shape.height) + "\nDEPTH " +
         std::to_string(shape.channels) + "\nMAXVAL 255\nTUPLTYPE " + kind + "\nENDHDR\n";
}

std::vector<std::string> command_line(const VideoCommand& command) {
  std::vector<std::string> words{"ffmpeg", "-hide_banner", "-nostdin", "-nostats"};
  const auto& global = command.global_options.words;
  if (std::ranges::find(global, "-n") == global.end()) words.emplace_back("-y");  // ffmpeg refuses both
  append(words, global);
  const VideoShape in = command.input_shape, out = command.output_shape;
  if (command.input.empty()) {
    append(words, {"-f", "rawvideo", "-pix_fmt", pixel_format(in), "-s",
                   std::to_string(in.width) + "x" + std::to_string(in.height)});
    append(words, command.input_options.words);
    append(words, {"-i", "pipe:0"});
  } else {
    append(words, command.input_options.words);
    append(words, {"-i", command.input});
  }
  append(words, command.output_options.words);
  if (command.output.empty()) {
    append(words, {"-an", "-sn", "-dn", "-f", "image2pipe", "-c:v", "pam", "-pix_fmt", pixel_format(out), "pipe:1"});
  } else {
    words.push_back(command.output.front() == '-' ? "./" + command.output : command.output);
  }
  return words;
}

/// Puts PAM pictures together from bytes as they come.
class FrameReader {
 public:
  explicit FrameReader(VideoShape shape)
      : shape_{shape}, header_{header_of(shape)}, got_header_(header_.size(), '\0') {}

  /// Where the next bytes belong.
  std::span<std::byte> room() {
    if (have_ < header_.size()) return std::as_writable_bytes(std::span{got_header_}).subspan(have_);
    return std::as_writable_bytes(frame_.pixels.mutate()).subspan(have_ - header_.size());
  }
  /// So many have come; the frame, when it is complete. Throws Error when its header is not the expected one.
  std::optional<VideoFrame> come(std::size_t bytes) {
    const bool in_header = have_ < header_.size();
    have_ += bytes;
    if (in_header && have_ == header_.size()) {
      if (got_header_ != header_) throw Error{other_shape()};
      frame_ = VideoFrame{shape_};
    }
    if (have_ < header_.size() + shape_.bytes()) return std::nullopt;
    have_ = 0;
    return std::exchange(frame_, VideoFrame{});
  }
  std::size_t begun() const { return have_; }

 private:
  std::string other_shape() const {
    VideoShape came{0, 0, 0};
    const int read =
        std::sscanf(got_header_.c_str(), "P7 WIDTH %d HEIGHT %d DEPTH %d", &came.width, &came.height, &came.channels);
    return "the video's frames have " + (read == 3 ? "the shape " + text_of(came) : "an unknown shape") +
           ", and FFmpeg was told " + text_of(shape_) +
           ": say the right one, or scale with an option (-vf scale=" + std::to_string(shape_.width) + ":" +
           std::to_string(shape_.height) + ")";
  }

  VideoShape shape_;
  std::string header_;
  std::string got_header_;
  VideoFrame frame_;
  std::size_t have_ = 0;
};

}  // namespace

VideoOptions::VideoOptions(const std::string& text) {
  std::string word;
  bool begun = false;
  char quote = 0;
  for (const char c : text) {
    if (quote != 0 ? c == quote : c == '\'' || c == '"') {
      quote = quote != 0 ? '\0' : c;
      begun = true;
    } else if (quote == 0 && (c == ' ' || c == '\t' || c == '\n')) {
      if (std::exchange(begun, false)) words.push_back(std::exchange(word, {}));
    } else {
      word += c;
      begun = true;
    }
  }
  if (quote != 0) throw Error{"mpyx: FFmpeg's options have a quote without its end: " + text};
  if (begun) words.push_back(word);
}

void check_shape(const VideoFrame& frame, VideoShape told) {
  if (frame.shape == told && frame.pixels.size() == told.bytes()) return;
  throw Error{"mpyx: a frame of the shape " + text_of(frame.shape) + " with " + std::to_string(frame.pixels.size()) +
              " bytes came to an FFmpeg that was told " + text_of(told)};
}

class VideoProgram::Impl {
 public:
  Impl(const VideoCommand& command, std::function<bool()> stopped)
      : program_{checked(command), options(command, std::move(stopped))} {
    if (command.output.empty()) frames_.emplace(command.output_shape);
  }

  bool feed(const VideoFrame& frame, const Give& give) {
    auto food = std::as_bytes(frame.pixels.view());
    while (!food.empty()) {
      const auto done = program_.exchange(food, room());
      food = food.subspan(done.fed);
      take(done, give);
      if (done.takes_no_more) {
        finish(give);
        return false;
      }
    }
    if (frames_) take_what_is_there(give);
    return true;
  }

  void finish(const Give& give) {
    program_.close_stdin();
    while (frames_ && !ended_) take(program_.exchange({}, room()), give);
    if (!program_.wait()) fail("ffmpeg " + program_.how_it_ended());
    if (frames_ && frames_->begun() != 0) {
      fail("ffmpeg's stream of frames ended " + std::to_string(frames_->begun()) + " bytes into a frame");
    }
  }

  [[noreturn]] void fail(const std::string& what) {
    const std::string lines = program_.last_lines();
    throw Error{"mpyx: " + what + (lines.empty() ? "; it said nothing" : "; its last words:" + lines)};
  }

 private:
  static std::vector<std::string> checked(const VideoCommand& command) {
    if (command.input.empty()) check(command.input_shape);
    if (command.output.empty()) check(command.output_shape);
    return command_line(command);
  }
  static Program::Options options(const VideoCommand& command, std::function<bool()> stopped) {
    return {command.input.empty(), command.output.empty(), command.verbose, std::move(stopped)};
  }

  std::span<std::byte> room() { return frames_ && !ended_ ? frames_->room() : std::span<std::byte>{}; }

  void take(const Program::Exchanged& done, const Give& give) {
    if (done.gives_no_more) ended_ = true;
    if (done.got == 0) return;
    if (auto frame = complete_frame(done.got)) give(std::move(*frame));
  }

  std::optional<VideoFrame> complete_frame(std::size_t got) {
    try {
      return frames_->come(got);
    } catch (const Error& error) {
      fail(error.what());
    }
  }

  void take_what_is_there(const Give& give) {
    for (std::size_t got = 1; got != 0 && !ended_;) {
      const auto done = program_.exchange({}, room(), false);
      got = done.got;
      take(done, give);
    }
  }

  Program program_;
  std::optional<FrameReader> frames_;
  bool ended_ = false;
};

VideoProgram::VideoProgram(const VideoCommand& command, std::function<bool()> stopped)
    : impl_{std::make_unique<Impl>(command, std::move(stopped))} {}
VideoProgram::~VideoProgram() = default;
bool VideoProgram::feed(const VideoFrame& frame, const Give& give) { return impl_->feed(frame, give); }
void VideoProgram::finish(const Give& give) { impl_->finish(give); }

}  // namespace mpyx::detail
