#pragma once

#include <mutex>
#include <string_view>

#include "channel/message_port.hpp"
#include "runtime/node_context.hpp"

namespace mpyx::runtime {

/// Writes lines to this process's standard output, whole.
class StandardOutput : public LineSink {
 public:
  StandardOutput();
  void print(std::string_view lines, const std::function<bool()>& stop) override;
  void flush();

 private:
  std::mutex mutex_;
};

/// Sends lines to the coordinator's printer.
class RemoteOutput : public LineSink {
 public:
  explicit RemoteOutput(channel::MessageSender& sender) : sender_{&sender} {}
  void print(std::string_view lines, const std::function<bool()>& stop) override;

 private:
  channel::MessageSender* sender_;
};

}  // namespace mpyx::runtime
