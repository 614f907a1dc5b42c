// A parallel bzip2: the blocks of a file through a farm of compressors, written in the order in which they were read.
//   pbz [-p WORKERS] [-b KB] [--serial] FILE OUT

#include "blocks.hpp"
#include "new_file.hpp"
#include "options.hpp"

#include <mpyx/mpyx.hpp>

#include <exception>
#include <iostream>

using namespace mpyx;

namespace {

/// Puts the blocks of a file.
struct Blocks : F<void, std::string> {
  static constexpr bool names_files = true;
  Input input;

  Blocks() = default;
  explicit Blocks(Input from) : input{std::move(from)} {}

  void setup() override {
    input.for_each_block([this](const std::string& block) { put(block); });
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(input);
  }
};

void run_pipeline(const Options& options, const Input& input, NewFile& out) {
  auto pipeline = EZ(Blocks{input}, Seq(As(options.workers, Map(compress, input.level()))));
  pipeline.capacity(2);  // blocks are large: few wait between the stages
  for (const std::string& stream : pipeline.items()) out.append(stream);
}

void run_serial(const Input& input, NewFile& out) {
  input.for_each_block([&](const std::string& block) { out.append(compress(block, input.level())); });
}

int run(const Options& options) {
  const Input input{options.file, options.block_kb};
  NewFile out{options.out};
  if (options.serial) {
    run_serial(input, out);
  } else {
    run_pipeline(options, input, out);
  }
  if (out.pieces() == input.blocks()) {
    out.move_into_place();
  } else {  // Ctrl-C
    std::cerr << "pbz: ended early: " << options.out << " was not written\n";
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Session session{argc, argv};  // returns on rank 0 only
  Options options;
  if (const auto status = parse(argc, argv, options)) return *status;
  try {
    return run(options);
  } catch (const FileError& error) {
    std::cerr << "pbz: " << error.what() << '\n';
    return error.begun ? 1 : 3;
  } catch (const Error&) {  // the library's own: the session tells it
    throw;
  } catch (const std::exception& error) {  // a StageError; in the plain loop what a block came to
    std::cerr << "pbz: " << error.what() << '\n';
    return 1;
  }
}
