// Stages that wait for others: an AsyncF keeps many items in flight on one rank, each with a Boost.Asio coroutine of its own.
// Here it asks a server that answers only once 32 clients wait, so asking one after the other would never end.
// run: 1 3    compare: exact
#include <mpyx/mpyx.hpp>

#include <boost/asio.hpp>

#include <iostream>
#include <memory>
#include <ranges>
#include <string>
#include <thread>
#include <vector>

using namespace mpyx;
namespace asio = boost::asio;
using asio::ip::tcp;

/// Squares numbers for its clients, 32 at a time.
static asio::awaitable<void> serve(tcp::acceptor& acceptor) {
  for (;;) {
    std::vector<tcp::socket> clients;
    while (clients.size() < 32) clients.push_back(co_await acceptor.async_accept(asio::use_awaitable));
    for (tcp::socket& client : clients) {
      std::string line;
      co_await asio::async_read_until(client, asio::dynamic_buffer(line), '\n', asio::use_awaitable);
      const long number = std::stol(line);
      line = std::to_string(number * number) + '\n';
      co_await asio::async_write(client, asio::buffer(line), asio::use_awaitable);
    }
  }
}

struct Ask : AsyncF<int, long> {
  unsigned short port = 0;
  Ask() = default;
  explicit Ask(unsigned short p) : port{p} {}
  int in_flight() const override { return 32; }
  asio::awaitable<void> process(int number) override {  // always on the stage's own thread: no locks needed
    tcp::socket server{co_await asio::this_coro::executor};
    const tcp::endpoint where{asio::ip::address_v4::loopback(), port};
    co_await server.async_connect(where, asio::use_awaitable);
    std::string line = std::to_string(number) + '\n';
    co_await asio::async_write(server, asio::buffer(line), asio::use_awaitable);
    line.clear();
    co_await asio::async_read_until(server, asio::dynamic_buffer(line), '\n', asio::use_awaitable);
    put(std::stol(line));
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(port);
  }
};

/// Any stage may wait for one coroutine.
static asio::awaitable<long> looked_up(long square) {
  asio::steady_timer timer{co_await asio::this_coro::executor, std::chrono::milliseconds{1}};
  co_await timer.async_wait(asio::use_awaitable);
  co_return square % 10;
}
struct LastDigit : F<long, long> {
  void process(long square) override { put(await(looked_up(square))); }
};

int main(int argc, char** argv) {
  Session session{argc, argv};
  asio::io_context io;
  tcp::acceptor acceptor{io, {asio::ip::address_v4::loopback(), 0}};
  asio::co_spawn(io, serve(acceptor), asio::detached);
  std::thread server{[&io] { io.run(); }};

  std::vector<int> digits(10);
  auto pipeline = EZ(Iter(std::views::iota(0, 256)), Seq(Ask{acceptor.local_endpoint().port()}), LastDigit{});
  for (const long digit : pipeline.items()) ++digits.at(static_cast<std::size_t>(digit));
  for (std::size_t digit = 0; digit < digits.size(); ++digit) {
    if (digits[digit] > 0) std::cout << digits[digit] << " squares end in " << digit << '\n';
  }
  io.stop();
  server.join();
}
