#include "channel/remote_requests.hpp"

#include <mpyx/error.hpp>

#include <string>
#include <utility>

#include "channel/queued_item.hpp"
#include "channel/remote_attachment.hpp"

namespace mpyx::channel {

namespace {

WiringCall about(const WiringAnswer& answer, WiringVerb verb) {
  WiringCall call;
  call.verb = verb;
  call.holder = answer.holder;
  call.request = answer.request;
  return call;
}

WiringCall back_with(const WiringAnswer& answer, bool has_item) {
  WiringCall call = about(answer, WiringVerb::put_back);
  call.has_item = has_item;
  if (has_item) call.item = answer.item;
  return call;
}

void write_text(RemoteRequest& request, const std::string& text) {
  const std::size_t end = text.copy(request.text.data(), request.text.size() - 1);
  request.text[end] = '\0';
}

}  // namespace

WiringCall call_of(Domain& domain, const wire::WiringCalled& called) {
  using What = wire::WiringCalled::What;
  WiringCall call;
  call.holder = called.holder;
  call.request = called.request;
  call.at = called.at;
  if (called.what == What::attach) call.verb = WiringVerb::attach;
  if (called.what == What::release) call.verb = WiringVerb::release;
  if (called.what == What::close) call.verb = WiringVerb::close;
  if (called.what == What::abandon) call.verb = WiringVerb::abandon;
  if (called.what != What::request) return call;
  auto& request = *domain.at<RemoteRequest>(called.at);
  call.verb = request.verb;
  call.endless = request.endless;
  call.holds = request.holds;
  call.limit_ns = request.limit_ns;
  if (request.verb == WiringVerb::rename) call.name = request.text.data();
  if (request.has_item) {
    QueuedItem item{domain};
    *item = request.item;
    item.owns(true);
    request.has_item = false;
    call.item = item.pack();
  }
  return call;
}

void deliver(Domain& domain, const WiringAnswer& answer, const std::function<void(WiringCall)>& tell_home) {
  auto& request = *domain.at<RemoteRequest>(answer.at);
  QueuedItem item{domain};
  bool has_item = answer.has_item;
  request.outcome = answer.outcome;
  request.value = answer.value;
  write_text(request, answer.text);
  if (answer.has_item) {
    try {
      item.unpack(answer.item, QueuedFrame::max_payload);
      request.item = *item;
    } catch (const Error& error) {
      request.outcome = WiringAnswer::Outcome::failed;
      write_text(request, error.what());
      tell_home(about(answer, WiringVerb::abandon));  // home keeps the holder until the item is back
      tell_home(back_with(answer, std::exchange(has_item, false)));
    }
  }
  const memory::Offset cell = request.cell;
  std::uint32_t state = RemoteRequest::asked;  // release: what was written above; partner: the asker's acquire
  if (request.state.compare_exchange_strong(state, RemoteRequest::answered, std::memory_order_acq_rel)) {
    item.owns(false);
    memory::interrupt(*domain.at<memory::WaitCell>(cell));
  } else {
    tell_home(back_with(answer, has_item));
  }
  domain.arena.release(answer.at);
}

}  // namespace mpyx::channel
