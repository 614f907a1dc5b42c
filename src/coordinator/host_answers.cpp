#include "coordinator/host_answers.hpp"

#include <utility>

namespace mpyx::coordinator {

HostAnswers::Parts HostAnswers::ask(std::uint64_t run, const std::vector<int>& hosts, const Send& send,
                                    std::chrono::milliseconds limit) {
  std::unique_lock lock{mutex_};
  const std::uint64_t question = ++last_question_;
  open_.try_emplace(question);
  lock.unlock();
  for (const int host : hosts) send(host, runtime::AskSnapshot{run, question});
  lock.lock();
  came_.wait_for(lock, limit, [&] { return open_[question].size() >= hosts.size(); });
  Parts parts = std::move(open_[question]);
  open_.erase(question);
  return parts;
}

void HostAnswers::answered(int host, runtime::HostSnapshot answer) {
  {
    const std::lock_guard lock{mutex_};
    const auto found = open_.find(answer.question);
    if (found == open_.end()) return;
    found->second.insert_or_assign(host, std::move(answer.part));
  }
  came_.notify_all();
}

}  // namespace mpyx::coordinator
