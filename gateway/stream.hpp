#pragma once

#include "gateway/tls_context.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <sys/uio.h>
#include <utility>

namespace machiai {

/// How a read or write went. `bytes` counts what was read, or what the stream took of the bytes to write.
struct io_result {
  enum class status : uint8_t {
    ok,
    /// Nothing more now: wait for readability, or for writability when `needs_writability` says so.
    would_block,
    /// The peer will send nothing more.
    finished,
    /// The connection is broken, or the TLS handshake failed.
    failed,
  };
  status what = status::ok;
  std::size_t bytes = 0;
};

/// A connected non-blocking socket, plain or with TLS, without buffers of its own: the caller waits for readiness by
/// Asio and then reads into a buffer shared by all streams of the thread. Owns the descriptor. Not thread-safe.
class byte_stream {
public:
  using descriptor_type = boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type>;

  /// Takes over a non-blocking socket; `session` is null for plain TCP. The TLS handshake happens inside `read`.
  byte_stream(boost::asio::io_context& context, int socket, tls_session session);

  /// Reads once into `buffer`. Call again while `has_buffered`: epoll does not know what OpenSSL holds.
  io_result read(std::span<char> buffer);
  bool has_buffered() const;

  /// Bytes have come that the kernel still keeps.
  bool has_unread();

  /// Sends what the socket takes without waiting, in one call for plain TCP and in records of up to 16 KiB for TLS.
  /// What OpenSSL has encrypted but not sent counts as taken; `has_unsent` tells.
  io_result write(std::span<const iovec> parts);
  bool has_unsent() const { return !unsent_.empty(); }

  /// The last operation waits for room to write: TLS may have to write to be able to read.
  bool needs_writability() const { return needs_writability_ || has_unsent(); }

  /// False while a TLS handshake is not complete.
  bool established() const;

  /// Tells the peer that nothing more will come (TLS close_notify, then FIN); reading goes on.
  void shutdown_send();

  /// Closes the descriptor. With `abort` the kernel drops what is unsent and resets the connection.
  void close(bool abort);

  int descriptor() { return descriptor_.native_handle(); }

  /// Calls `handler(error_code)` once, from the loop.
  template <class Handler>
  void async_wait_readable(Handler&& handler) {
    descriptor_.async_wait(descriptor_type::wait_read, std::forward<Handler>(handler));
  }
  template <class Handler>
  void async_wait_writable(Handler&& handler) {
    descriptor_.async_wait(descriptor_type::wait_write, std::forward<Handler>(handler));
  }

private:
  io_result read_tls(std::span<char> buffer);
  io_result write_tls(std::span<const iovec> parts);
  io_result write_record(const char* data, std::size_t size);
  io_result tls_outcome(int returned);

  descriptor_type descriptor_;
  tls_session session_;
  /// A record's plain text that OpenSSL wants to see again before anything else is written.
  std::string unsent_;
  bool needs_writability_ = false;
};

} // namespace machiai
