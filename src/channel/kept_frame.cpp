#include "channel/kept_frame.hpp"

#include <cstring>
#include <utility>

namespace mpyx::channel {

KeptFrame::KeptFrame(Domain& domain, const Frame& frame)
    : domain_{&domain}, block_{block_of(frame.item)}, view_{frame.view} {
  for (const auto attached : frame.view.blocks) domain.arena.retain(attached);
  if (block_ != memory::null_offset) {
    domain.arena.retain(block_);
    return;
  }
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
      view_{other.view_} {}

KeptFrame::~KeptFrame() {
  if (domain_ == nullptr) return;
  for (const auto attached : view_.blocks) domain_->arena.release(attached);
  if (block_ != memory::null_offset) domain_->arena.release(block_);
}

}  // namespace mpyx::channel
