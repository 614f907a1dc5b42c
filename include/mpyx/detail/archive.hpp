#pragma once

#include <mpyx/detail/bytes.hpp>

#include <boost/archive/binary_iarchive.hpp>
#include <boost/archive/binary_oarchive.hpp>
#include <cereal/archives/binary.hpp>
#include <cereal/cereal.hpp>

#include <streambuf>
#include <utility>

namespace mpyx::detail {

/// cereal archive over a Writer. Each value has one of its own: an archive remembers shared pointers, class versions and names
/// of classes, and would take them for known in the next value, which another stage may read.
class OutputArchive : public cereal::OutputArchive<OutputArchive, cereal::AllowEmptyClassElision> {
 public:
  explicit OutputArchive(Writer& to)
      : cereal::OutputArchive<OutputArchive, cereal::AllowEmptyClassElision>{this}, writer{&to} {}
  void saveBinary(const void* data, std::size_t size) { writer->write(data, size); }
  Writer* writer;
};

class InputArchive : public cereal::InputArchive<InputArchive, cereal::AllowEmptyClassElision> {
 public:
  explicit InputArchive(Reader& from)
      : cereal::InputArchive<InputArchive, cereal::AllowEmptyClassElision>{this}, reader{&from} {}
  void loadBinary(void* data, std::size_t size) { reader->read(data, size); }
  Reader* reader;
};

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
