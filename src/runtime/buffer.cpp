#include <mpyx/buffer.hpp>
#include <mpyx/error.hpp>

#include <cstring>
#include <string>
#include <utility>

#include "channel/waiter.hpp"
#include "memory/array_block.hpp"

namespace mpyx::detail {

namespace {

constexpr std::uint32_t among_the_bytes = 0xffffffff;

const std::shared_ptr<channel::Domain>& domain_here() {
  const auto& domain = channel::process_domain();
  if (domain) return domain;
  throw Error{
      "mpyx: a Buffer lives in the session's shared memory, and there is no Session: make one first in main(): "
      "mpyx::Session session{argc, argv};"};
}

memory::Arena& arena_of(const std::shared_ptr<void>& domain) {
  return static_cast<channel::Domain*>(domain.get())->arena;
}

memory::Offset allocate(channel::Domain& domain, std::size_t bytes) {
  const channel::Waiter* stage = channel::stage_waiter();
  const memory::Owner owner{domain.process, stage != nullptr ? stage->node() : 0};
  try {
    return domain.arena.allocate(memory::array_block_size(bytes), owner);
  } catch (const memory::OutOfMemory& error) {
    throw Error{std::string{"mpyx: no Buffer: "} + error.what()};
  }
}

}  // namespace

std::uint32_t Writer::attach(std::uint64_t block) {
  blocks_.push_back(block);
  channel::process_domain()->arena.retain(block);
  return static_cast<std::uint32_t>(blocks_.size() - 1);
}

void Writer::release_blocks() noexcept {
  for (const auto block : blocks_) channel::process_domain()->arena.release(block);
}

BufferBlock::BufferBlock(std::shared_ptr<void> domain, std::uint64_t block) noexcept
    : domain_{std::move(domain)},
      block_{block},
      data_{static_cast<channel::Domain*>(domain_.get())->at<std::byte>(memory::array_begin(block))} {}

BufferBlock::BufferBlock(std::size_t bytes) : BufferBlock{domain_here(), allocate(*domain_here(), bytes)} {}

BufferBlock::BufferBlock(const BufferBlock& other) noexcept
    : domain_{other.domain_}, block_{other.block_}, data_{other.data_} {
  if (data_ != nullptr) arena_of(domain_).retain(block_);
}

BufferBlock::BufferBlock(BufferBlock&& other) noexcept
    : domain_{std::move(other.domain_)}, block_{other.block_}, data_{std::exchange(other.data_, nullptr)} {}

BufferBlock& BufferBlock::operator=(BufferBlock other) noexcept {
  std::swap(domain_, other.domain_);
  std::swap(block_, other.block_);
  std::swap(data_, other.data_);
  return *this;
}

BufferBlock::~BufferBlock() {
  if (data_ != nullptr) arena_of(domain_).release(block_);
}

bool BufferBlock::shared() const noexcept { return data_ != nullptr && arena_of(domain_).references(block_) > 1; }

void BufferBlock::save(Writer& writer, std::size_t bytes) const {
  if (!writer.carries_blocks()) {
    writer.write(&among_the_bytes, sizeof among_the_bytes);
    writer.write(data_, bytes);
    return;
  }
  if (domain_ != channel::process_domain()) {
    throw Error{"mpyx: this Buffer was made in a session that has ended; copy its values into a new one"};
  }
  const std::uint32_t number = writer.attach(block_);
  writer.write(&number, sizeof number);
}

BufferBlock BufferBlock::load(Reader& reader, std::size_t bytes) {
  std::uint32_t number = 0;
  reader.read(&number, sizeof number);
  if (number == among_the_bytes) {
    if (bytes > reader.left()) throw_truncated(bytes, reader.left());
    BufferBlock block{bytes};
    reader.read(block.data_, bytes);
    return block;
  }
  const auto& domain = domain_here();
  const memory::Offset block = reader.block(number);
  const std::size_t room = memory::array_size(domain->arena.size_of(block));
  if (bytes > room) throw_truncated(bytes, room);
  if (!reader.claim(number)) domain->arena.retain(block);
  return BufferBlock{domain, block};
}

}  // namespace mpyx::detail
