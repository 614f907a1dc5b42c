#include "channel/kept_frame.hpp"

#include <cstring>
#include <utility>

namespace mpyx::channel {

KeptFrame::KeptFrame(Domain& domain, const Frame& frame)
    : domain_{&domain}, block_{block_of(frame.item)}, view_{frame.view} {
  if (block_ != memory::null_offset) {
    domain.arena.retain(block_);
  } else {
    copy_slot(frame);
  }
  for (std::size_t i = 0; i < view_.blocks.size(); ++i) {
    if (i < 64) {
      frame.claimed |= std::uint64_t{1} << i;
    } else {
      domain.arena.retain(view_.blocks[i]);
    }
  }
}

void KeptFrame::copy_slot(const Frame& frame) {
  const std::span<const std::byte> body{frame.item.payload, frame.item.length};
  slot_.resize((body.size() + 7) / 8);
  if (!body.empty()) std::memcpy(slot_.data(), body.data(), body.size());
  const auto view = wire::parse_frame(std::as_bytes(std::span{slot_}).first(body.size()),
                                      (frame.item.flags & wire::flag::extended) != 0);
  view_ = *view;  // the same bytes were parsed when the frame was taken
}

KeptFrame::KeptFrame(KeptFrame&& other) noexcept
    : domain_{std::exchange(other.domain_, nullptr)},
      slot_{std::move(other.slot_)},
      block_{other.block_},
      view_{other.view_},
      claimed_{other.claimed_} {}

std::uint64_t KeptFrame::bytes() const {
  const std::uint64_t own =
      block_ != memory::null_offset ? domain_->arena.size_of(block_) : slot_.size() * sizeof(std::uint64_t);
  return own + blocks_bytes(*domain_, view_.blocks);
}

KeptFrame::~KeptFrame() {
  if (domain_ == nullptr) return;
  for (std::size_t i = 0; i < view_.blocks.size(); ++i) {
    if (i >= 64 || (claimed_ >> i & 1) == 0) domain_->arena.release(view_.blocks[i]);
  }
  if (block_ != memory::null_offset) domain_->arena.release(block_);
}

}  // namespace mpyx::channel
