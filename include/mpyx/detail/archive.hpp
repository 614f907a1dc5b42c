#pragma once

#include <mpyx/detail/bytes.hpp>

#include <boost/archive/binary_iarchive.hpp>
#include <boost/archive/binary_oarchive.hpp>
#include <cereal/archives/binary.hpp>
#include <cereal/cereal.hpp>

#include <memory>
#include <streambuf>
#include <utility>

namespace mpyx::detail {

/// cereal archive over a Writer. Remembers whether it tracked shared pointers: such an archive serves one value only.
class OutputArchive : public cereal::OutputArchive<OutputArchive, cereal::AllowEmptyClassElision> {
 public:
  OutputArchive() : cereal::OutputArchive<OutputArchive, cereal::AllowEmptyClassElision>{this} {}
  void saveBinary(const void* data, std::size_t size) { writer->write(data, size); }
  template <class Pointer>
  std::uint32_t registerSharedPointer(const Pointer& pointer) {
    tracked = true;
    return cereal::OutputArchive<OutputArchive, cereal::AllowEmptyClassElision>::registerSharedPointer(pointer);
  }
  Writer* writer = nullptr;
  bool tracked = false;
};

class InputArchive : public cereal::InputArchive<InputArchive, cereal::AllowEmptyClassElision> {
 public:
  InputArchive() : cereal::InputArchive<InputArchive, cereal::AllowEmptyClassElision>{this} {}
  void loadBinary(void* data, std::size_t size) { reader->read(data, size); }
  void registerSharedPointer(std::uint32_t id, std::shared_ptr<void> pointer) {
    tracked = true;
    cereal::InputArchive<InputArchive, cereal::AllowEmptyClassElision>::registerSharedPointer(id, std::move(pointer));
  }
  Reader* reader = nullptr;
  bool tracked = false;
};

/// The archive that a thread keeps: making one costs more than encoding a small item. The flag outlives the object, as values
/// are also encoded while the thread, or the process, ends (static objects, atexit).
template <class Archive>
class KeptArchive {
 public:
  static std::unique_ptr<Archive> take() {
    return !gone_ && mine().kept_ ? std::move(mine().kept_) : std::make_unique<Archive>();
  }
  static void give_back(std::unique_ptr<Archive> archive) {
    if (!gone_) mine().kept_ = std::move(archive);
  }

 private:
  static KeptArchive& mine() {
    thread_local KeptArchive kept;
    return kept;
  }
  KeptArchive() = default;
  ~KeptArchive() { gone_ = true; }

  static inline thread_local bool gone_ = false;
  std::unique_ptr<Archive> kept_;
};

/// Lends the thread's kept archive, or a fresh one when that is in use further up the stack.
template <class Archive, class Bytes, class Use>
void with_archive(Bytes& bytes, Bytes* Archive::*link, Use&& use) {
  std::unique_ptr<Archive> archive = KeptArchive<Archive>::take();
  (*archive).*link = &bytes;
  use(*archive);
  if (!archive->tracked) KeptArchive<Archive>::give_back(std::move(archive));
}

/// std::streambuf views of Writer and Reader, for Boost's archives.
class WriterBuffer : public std::streambuf {
 public:
  explicit WriterBuffer(Writer& writer) : writer_{writer} {}

 protected:
  std::streamsize xsputn(const char* data, std::streamsize size) override {
    writer_.write(data, static_cast<std::size_t>(size));
    return size;
  }
  int_type overflow(int_type c) override {
    const char byte = traits_type::to_char_type(c);
    writer_.write(&byte, 1);
    return c;
  }

 private:
  Writer& writer_;
};

class ReaderBuffer : public std::streambuf {
 public:
  explicit ReaderBuffer(Reader& reader) : reader_{reader} {}

 protected:
  std::streamsize xsgetn(char* data, std::streamsize size) override {
    reader_.read(data, static_cast<std::size_t>(size));
    return size;
  }
  int_type uflow() override {
    char byte = 0;
    reader_.read(&byte, 1);
    return traits_type::to_int_type(byte);
  }

 private:
  Reader& reader_;
};

/// The Writer or Reader behind the Boost archive that the calling thread is using: for values that need more of it than a
/// stream of bytes (Buffer).
template <class Bytes>
class BoostBytes {
 public:
  explicit BoostBytes(Bytes& bytes) : before_{std::exchange(current_, &bytes)} {}
  BoostBytes(const BoostBytes&) = delete;
  BoostBytes& operator=(const BoostBytes&) = delete;
  ~BoostBytes() { current_ = before_; }
  static Bytes* current() { return current_; }

 private:
  static inline thread_local Bytes* current_ = nullptr;
  Bytes* before_;
};

inline constexpr unsigned boost_archive_flags = boost::archive::no_header | boost::archive::no_codecvt;

template <class T>
void boost_save(Writer& writer, const T& value) {
  const BoostBytes<Writer> used{writer};
  WriterBuffer buffer{writer};
  boost::archive::binary_oarchive archive{buffer, boost_archive_flags};
  archive << value;
}

template <class T>
void boost_load(Reader& reader, T& value) {
  const BoostBytes<Reader> used{reader};
  ReaderBuffer buffer{reader};
  boost::archive::binary_iarchive archive{buffer, boost_archive_flags};
  archive >> value;
}

}  // namespace mpyx::detail

namespace cereal {

template <class T>
  requires std::is_arithmetic_v<T>
void CEREAL_SAVE_FUNCTION_NAME(mpyx::detail::OutputArchive& archive, const T& value) {
  archive.saveBinary(std::addressof(value), sizeof(value));
}
template <class T>
  requires std::is_arithmetic_v<T>
void CEREAL_LOAD_FUNCTION_NAME(mpyx::detail::InputArchive& archive, T& value) {
  archive.loadBinary(std::addressof(value), sizeof(value));
}
template <class Archive, class T>
CEREAL_ARCHIVE_RESTRICT(mpyx::detail::InputArchive, mpyx::detail::OutputArchive)
CEREAL_SERIALIZE_FUNCTION_NAME(Archive& archive, NameValuePair<T>& pair) {
  archive(pair.value);
}
template <class Archive, class T>
CEREAL_ARCHIVE_RESTRICT(mpyx::detail::InputArchive, mpyx::detail::OutputArchive)
CEREAL_SERIALIZE_FUNCTION_NAME(Archive& archive, SizeTag<T>& tag) {
  archive(tag.size);
}
template <class T>
void CEREAL_SAVE_FUNCTION_NAME(mpyx::detail::OutputArchive& archive, const BinaryData<T>& data) {
  archive.saveBinary(data.data, static_cast<std::size_t>(data.size));
}
template <class T>
void CEREAL_LOAD_FUNCTION_NAME(mpyx::detail::InputArchive& archive, BinaryData<T>& data) {
  archive.loadBinary(data.data, static_cast<std::size_t>(data.size));
}

}  // namespace cereal

CEREAL_REGISTER_ARCHIVE(mpyx::detail::OutputArchive)
CEREAL_REGISTER_ARCHIVE(mpyx::detail::InputArchive)
CEREAL_SETUP_ARCHIVE_TRAITS(mpyx::detail::InputArchive, mpyx::detail::OutputArchive)
