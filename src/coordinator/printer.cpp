#include "coordinator/printer.hpp"

#include <string_view>

namespace mpyx::coordinator {

Printer::Printer(channel::Domain& domain, runtime::HostDirectory& directory, runtime::StandardOutput& out)
    : domain_{&domain}, directory_{&directory}, out_{&out}, written_(directory.ranks - 1) {
  thread_ = std::thread{[this] { run(); }};
}

Printer::~Printer() {
  flush();
  stop_.store(true, std::memory_order_release);
  memory::interrupt(directory_->printer);
  thread_.join();
}

void Printer::run() {
  channel::InPort port{*domain_, directory_->lines, 0};
  const auto stop = [this] { return stop_.load(std::memory_order_acquire); };
  std::vector<std::uint64_t> written(written_.size());
  int untold = 0;
  const auto tell = [&] {
    out_->flush();
    {
      const std::lock_guard lock{mutex_};
      written_ = written;
    }
    written_changed_.notify_all();
    untold = 0;
  };
  constexpr int most_untold = 256;  // where lines never cease, flush() waits for so many more of them
  while (!stop()) {
    if (const auto frame = port.take()) {
      const auto text = frame->view.value;
      out_->print({reinterpret_cast<const char*>(text.data()), text.size()}, {});
      ++written[frame->lane];
      port.release(*frame);
      if (++untold == most_untold) tell();
      continue;
    }
    tell();
    port.wait(directory_->printer, stop);
  }
}

void Printer::flush() {
  auto* inbox = domain_->at<channel::Inbox>(directory_->lines);
  for (std::uint32_t i = 0; i < inbox->producers; ++i) {
    const std::uint64_t sent = inbox->lane(*domain_, i).put.load(std::memory_order_acquire);
    std::unique_lock lock{mutex_};
    written_changed_.wait(lock, [&] { return written_[i] >= sent; });
  }
}

}  // namespace mpyx::coordinator
