#include "transport/engine.hpp"

#include <algorithm>
#include <utility>

namespace mpyx::transport {

namespace {
constexpr std::size_t remembered_runs = 4096;
constexpr std::int64_t watch_every = 10'000'000;
constexpr std::int64_t conversation = 2'000'000;   // after a message of the control plane an answer may come
constexpr std::int64_t own_pause = 1'000'000'000;  // of this process: then silence of the others says nothing
}  // namespace

Courier::Engine::Engine(Courier& courier, std::int64_t now)
    : courier_{&courier}, domain_{courier.domain_}, link_{courier.link_}, watched_{now} {
  for (int host = 0; host < link_->hosts(); ++host) {
    peers_.push_back(host == link_->host() ? nullptr : std::make_unique<Peer>(*domain_, *link_, host, now));
  }
}

/// What was sent and is not known to be claimed or back.
bool Courier::Engine::Channel::settled() const {
  return std::all_of(senders.begin(), senders.end(), [](const auto& each) { return each->settled(); });
}

Sender* Courier::Engine::sender(const ChannelKey& key, int to) {
  const auto found = channels_.find(key);
  if (found == channels_.end()) return nullptr;
  for (const auto& each : found->second.senders) {
    if (each->to() == to) return each.get();
  }
  return nullptr;
}

Receiver* Courier::Engine::receiver(const ChannelKey& key, int from) {
  const auto found = channels_.find(key);
  if (found == channels_.end()) return nullptr;
  for (const auto& each : found->second.receivers) {
    if (each->from() == from) return each.get();
  }
  return nullptr;
}

Returns* Courier::Engine::returns(const ChannelKey& key) {
  const auto found = channels_.find(key);
  return found == channels_.end() ? nullptr : found->second.returns.get();
}

IncomingTransfers::Failed Courier::Engine::failed() const {
  return [this](const ChannelKey& key, const std::string& why) { courier_->callbacks_.failed(key, why); };
}

void Courier::Engine::obey(Message& message) {
  spoke_ = true;
  Peer& to = peer(message.to);
  (message.bulk ? to.bulk : to.messages).push_back(std::move(message.bytes));
}

void Courier::Engine::obey(const AttachSender& command) {
  Channel& channel = channels_[command.channel];
  auto made = std::make_unique<Sender>(*domain_, command.channel, command.to, command.inbox, command.consumer,
                                       command.remote_consumers, channel.gates);
  for (const auto& each : channel.receivers) {
    if (each->inbox() == command.inbox) made->leave_out(each->intake().number());
  }
  if (channel.returns) made->want_back();
  for (auto early = early_.begin(); early != early_.end();) {
    if (early->from == command.to && early->open.key == command.channel) {
      made->credit().open(early->open.limits);
      if (early->unread) made->stop_reading();
      early = early_.erase(early);
    } else {
      ++early;
    }
  }
  peer(command.to).senders.push_back(made.get());
  channel.senders.push_back(std::move(made));
}

void Courier::Engine::obey(const AttachReceiver& command) {
  Channel& channel = channels_[command.channel];
  auto made = std::make_unique<Receiver>(*domain_, command.channel, command.from, command.inbox, command.producer,
                                         channel.gates);
  for (const auto& each : channel.senders) {
    if (each->inbox() == command.inbox) each->leave_out(command.producer);
  }
  if (channel.returns) channel.returns->leave_out(command.producer);
  append_record(peer(command.from).records, Record::open, 0, made->limits(command.limits));
  peer(command.from).receivers.push_back(made.get());
  channel.receivers.push_back(std::move(made));
}

void Courier::Engine::obey(const AttachReturns& command) {
  Channel& channel = channels_[command.channel];
  channel.returns =
      std::make_unique<Returns>(*domain_, command.channel, command.inbox, command.producer, channel.gates);
  for (const auto& each : channel.receivers) channel.returns->leave_out(each->intake().number());
  for (const auto& each : channel.senders) each->want_back();
}

void Courier::Engine::obey(const AttachGate& command) {
  gates_.emplace(command.gate, GateAccount{*domain_, command.memory, command.home, link_->host()});
}

void Courier::Engine::obey(const AttachItemGates& command) {
  Channel& channel = channels_[command.channel];
  for (const auto gate : command.gates) channel.gates.add(gates_.at({command.channel.run, gate}));
  channel.leftovers = std::make_unique<Leftovers>(*domain_, command.inbox, command.own_lanes, channel.gates);
}

void Courier::Engine::obey(const Detach& command) {
  for (auto& each : peers_) {
    if (!each) continue;
    for (Sender* end : each->senders) {
      if (end->key().run != command.run) continue;
      each->outgoing.cancel(end->unfinished());
      static_cast<void>(end->stop_reading());  // what it has in hand is dropped
    }
    for (const Receiver* end : each->receivers) {
      if (end->key().run == command.run) each->outgoing.cancel(end->unfinished());
    }
    std::erase_if(each->senders, [&](const Sender* end) { return end->key().run == command.run; });
    std::erase_if(each->receivers, [&](const Receiver* end) { return end->key().run == command.run; });
  }
  std::erase_if(channels_, [&](const auto& each) { return each.first.run == command.run; });
  std::erase_if(gates_, [&](const auto& each) { return each.first.run == command.run; });
  std::erase_if(early_, [&](const EarlyOpen& each) { return each.open.key.run == command.run; });
  detached_.push_back(command.run);
  if (detached_.size() > remembered_runs) detached_.pop_front();
}

void Courier::Engine::obey(Leave) { leave_until_ = now_ns() + courier_->options_.farewell; }

bool Courier::Engine::step(std::int64_t now) {
  arrived_ = false;
  useful_ = false;
  bool worked = false;
  on_link([&] { worked |= receive(now); });
  on_link([&] { worked |= finish_chunks(now); });
  worked |= step_channels();
  for (auto& each : peers_) {
    if (each) on_link([&] { worked |= send(*each, now); });
  }
  watch(now);
  if (std::exchange(spoke_, false)) spoke_at_ = now;
  return worked;
}

template <class Call>
void Courier::Engine::on_link(Call call) {
  try {
    call();
  } catch (const LinkError& error) {
    for (auto& each : peers_) {
      if (each && (error.host() < 0 || each->host == error.host())) lose(*each, error.what());
    }
  }
}

bool Courier::Engine::step_channels() {
  bool worked = false;
  for (auto& [key, channel] : channels_) {
    for (const auto& each : channel.receivers) {
      guarded(key, each->intake(), [&] { worked |= each->step(); });
      if (each->take_unread_notice()) append_record(peer(each->from()).records, Record::unread, 0, key);
    }
    if (channel.returns) {
      guarded(key, channel.returns->intake(), [&] { worked |= channel.returns->step(channel.settled()); });
    }
    if (channel.leftovers) worked |= channel.leftovers->step();
  }
  worked |= step_gates();
  const auto tell_failed = failed();
  for (auto& each : peers_) {
    if (each && !each->silent()) on_link([&] { worked |= each->incoming.pump(each->records, tell_failed); });
  }
  return worked;
}

/// What is not needed here goes home, after whatever this round has done about it.
bool Courier::Engine::step_gates() {
  bool worked = false;
  for (auto& [key, gate] : gates_) {
    if (gate.is_home() || !gate.has_news()) continue;
    const auto news = gate.take_news();
    if (news.empty()) continue;
    append_record(peer(gate.home()).records, Record::weights, 0, key, news);
    worked = true;
  }
  return worked;
}

void Courier::Engine::watch(std::int64_t now) {
  if (now - watched_ < watch_every) return;
  const std::int64_t pause = now - watched_;
  watched_ = now;
  for (auto& each : peers_) {
    if (!each || each->lost || each->heard_goodbye) continue;
    if (pause > own_pause) each->heard += pause;
    if (now - each->heard > courier_->options_.silence) {
      lose(*each, "no sign of life for " + std::to_string((now - each->heard) / 1'000'000) + " ms");
    }
  }
}

void Courier::Engine::lose(Peer& gone, const std::string& why) {
  if (std::exchange(gone.lost, true)) return;
  courier_->callbacks_.lost(gone.host, why);
}

bool Courier::Engine::has_work(bool announce) {
  const std::int64_t now = now_ns();
  for (const auto& each : peers_) {
    if (!each || each->silent() || each->blocked) continue;
    if (each->ping || !each->records.empty() || !each->messages.empty() || !each->bulk.empty()) return true;
    if (each->heard_goodbye) continue;
    if (std::any_of(each->senders.begin(), each->senders.end(), [](Sender* end) { return end->has_work(); }))
      return true;
    if (std::any_of(each->receivers.begin(), each->receivers.end(),
                    [&](Receiver* end) { return end->has_work(now, announce); }))
      return true;
  }
  for (auto& [key, channel] : channels_) {
    if (channel.returns && channel.returns->has_work(channel.settled(), announce)) return true;
  }
  return std::any_of(gates_.begin(), gates_.end(),
                     [](const auto& each) { return !each.second.is_home() && each.second.has_news(); });
}

bool Courier::Engine::all_sent(const Peer& to) {
  bool all = false;
  on_link([&] { all = link_->all_sent(to.host); });
  return all;
}

bool Courier::Engine::moving() {
  return leave_until_ != 0 || std::any_of(peers_.begin(), peers_.end(), [&](const auto& each) {
           return each && !each->lost &&
                  (each->blocked || each->incoming.receiving() || each->outgoing.sending() || !all_sent(*each));
         });
}

bool Courier::Engine::may_rest(std::int64_t now) {
  if (moving() || now - spoke_at_ < conversation) return false;
  for (const auto& each : peers_) {
    if (!each || each->lost) continue;
    if (!each->incoming.empty() || !each->outgoing.empty()) return false;
    for (Receiver* end : each->receivers) {
      if (!end->intake().empty()) return false;
    }
  }
  return std::none_of(channels_.begin(), channels_.end(),
                      [](const auto& each) { return each.second.returns && !each.second.returns->intake().empty(); });
}

void Courier::Engine::before_park() {
  for (const auto& each : peers_) {
    if (!each || each->silent()) continue;
    for (Receiver* end : each->receivers) end->announce();
    if (each->blocked || each->heard_goodbye) continue;  // would take nothing: a wake-up would be lost on it
    for (Sender* end : each->senders) end->announce_idle(true);
  }
}

void Courier::Engine::after_park() {
  for (auto& [key, channel] : channels_) {
    for (const auto& each : channel.senders) each->announce_idle(false);
    for (const auto& each : channel.receivers) each->stop_announcing();
    if (channel.returns) channel.returns->intake().port().stop_announcing();
  }
}

bool Courier::Engine::finished(std::int64_t now) {
  if (leave_until_ == 0) return false;
  if (now > leave_until_) return true;
  return std::all_of(peers_.begin(), peers_.end(), [&](const auto& each) {
    // After its goodbye a host grants nothing, and said it only when nothing granted was on its way.
    return !each || each->lost || (each->said_goodbye && each->heard_goodbye && all_sent(*each));
  });
}

}  // namespace mpyx::transport
