#pragma once

#include <coroutine>
#include <optional>
#include <type_traits>
#include <utility>

/// Boost.Asio's coroutine type, named without its headers: who writes a coroutine has included them, and who writes none
/// does not wait for the compiler to read them. What needs the complete type here is a template.
#ifndef BOOST_ASIO_AWAITABLE_HPP
namespace boost::asio {
class any_io_executor;
template <typename T, typename Executor>
class awaitable;
}  // namespace boost::asio
#endif

namespace mpyx::detail {

/// boost::asio::awaitable<T>.
template <class T>
using Awaitable = boost::asio::awaitable<T, boost::asio::any_io_executor>;
/// What the runtime runs.
using Coroutine = Awaitable<void>;

template <class T>
inline constexpr bool is_awaitable = false;
template <class T>
inline constexpr bool is_awaitable<Awaitable<T>> = true;

/// A function that gives an awaitable when it is called with these arguments.
template <class Fn, class... Args>
concept coroutine_function = is_awaitable<std::invoke_result_t<Fn, Args...>>;

/// `coroutine`, with its result put into `result`. (`Nothing` is there to have a return type that depends on something: it
/// is not complete yet.)
template <class T, class Nothing = void>
Awaitable<Nothing> keep_result(Awaitable<T> coroutine, std::optional<T>& result) {
  result.emplace(co_await std::move(coroutine));
}

}  // namespace mpyx::detail
