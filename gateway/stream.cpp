#include "gateway/stream.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cerrno>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace machiai {

namespace {

using status = io_result::status;

constexpr std::size_t record_bytes_max = 16 * 1024;

io_result from_errno() {
  return {errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? status::would_block : status::failed, 0};
}

/// Walks over the bytes of several parts in pieces of up to a record.
class part_reader {
public:
  explicit part_reader(std::span<const iovec> parts) : parts_(parts) {}

  /// The next piece; joined in `scratch` when it spans parts. Empty at the end.
  std::string_view next(std::string& scratch) {
    skip_finished();
    if (at_ == parts_.size())
      return {};
    const auto rest = parts_[at_].iov_len - offset_;
    if (rest >= record_bytes_max || at_ + 1 == parts_.size())
      return take(std::min(rest, record_bytes_max));
    scratch.clear();
    while (at_ < parts_.size() && scratch.size() < record_bytes_max) {
      scratch.append(take(std::min(parts_[at_].iov_len - offset_, record_bytes_max - scratch.size())));
      skip_finished();
    }
    return scratch;
  }

private:
  std::string_view take(std::size_t size) {
    const std::string_view piece(static_cast<const char*>(parts_[at_].iov_base) + offset_, size);
    offset_ += size;
    return piece;
  }

  void skip_finished() {
    while (at_ < parts_.size() && offset_ == parts_[at_].iov_len) {
      ++at_;
      offset_ = 0;
    }
  }

  std::span<const iovec> parts_;
  std::size_t at_ = 0;
  std::size_t offset_ = 0;
};

} // namespace

byte_stream::byte_stream(boost::asio::io_context& context, int socket, tls_session session)
    : descriptor_(context, socket), session_(std::move(session)) {}

io_result byte_stream::read(std::span<char> buffer) {
  if (session_)
    return read_tls(buffer);
  const auto count = ::recv(descriptor(), buffer.data(), buffer.size(), 0);
  if (count < 0)
    return from_errno();
  return count == 0 ? io_result{status::finished, 0} : io_result{status::ok, static_cast<std::size_t>(count)};
}

bool byte_stream::has_buffered() const {
  return session_ && SSL_pending(session_.get()) > 0;
}

bool byte_stream::has_unread() {
  auto bytes = 0;
  return ::ioctl(descriptor(), FIONREAD, &bytes) == 0 && bytes > 0;
}

io_result byte_stream::write(std::span<const iovec> parts) {
  if (session_)
    return write_tls(parts);
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(parts.data());
  message.msg_iovlen = parts.size();
  const auto count = ::sendmsg(descriptor(), &message, MSG_NOSIGNAL);
  return count < 0 ? from_errno() : io_result{status::ok, static_cast<std::size_t>(count)};
}

bool byte_stream::established() const {
  return !session_ || SSL_is_init_finished(session_.get()) == 1;
}

void byte_stream::shutdown_send() {
  if (session_ && established() && unsent_.empty()) {
    ERR_clear_error();
    SSL_shutdown(session_.get());
  }
  ::shutdown(descriptor(), SHUT_WR);
}

void byte_stream::close(bool abort) {
  if (!descriptor_.is_open())
    return;
  if (abort) {
    const linger at_once{1, 0};
    ::setsockopt(descriptor(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  boost::system::error_code ignored;
  descriptor_.close(ignored);
  session_.reset();
}

io_result byte_stream::read_tls(std::span<char> buffer) {
  ERR_clear_error();
  const auto count = SSL_read(session_.get(), buffer.data(), static_cast<int>(buffer.size()));
  return tls_outcome(count);
}

io_result byte_stream::write_tls(std::span<const iovec> parts) {
  thread_local std::string scratch;
  if (!unsent_.empty()) {
    const auto retried = write_record(unsent_.data(), unsent_.size());
    if (retried.what != status::ok)
      return {retried.what, 0};
    unsent_.erase(0, retried.bytes);
    if (!unsent_.empty())
      return {status::would_block, 0};
  }
  io_result all;
  for (part_reader reader(parts); all.what == status::ok;) {
    const auto piece = reader.next(scratch);
    if (piece.empty())
      break;
    const auto written = write_record(piece.data(), piece.size());
    if (written.what == status::failed || written.what == status::finished)
      return written;
    // Even unsent, the record is made: it must go out as it is, whatever happens to the queue behind it.
    unsent_.assign(piece.substr(written.bytes));
    all.bytes += piece.size();
    if (!unsent_.empty())
      all.what = status::would_block;
  }
  return all;
}

io_result byte_stream::write_record(const char* data, std::size_t size) {
  ERR_clear_error();
  return tls_outcome(SSL_write(session_.get(), data, static_cast<int>(size)));
}

io_result byte_stream::tls_outcome(int returned) {
  needs_writability_ = false;
  if (returned > 0)
    return {status::ok, static_cast<std::size_t>(returned)};
  switch (SSL_get_error(session_.get(), returned)) {
  case SSL_ERROR_WANT_WRITE:
    needs_writability_ = true;
    return {status::would_block, 0};
  case SSL_ERROR_WANT_READ:
    return {status::would_block, 0};
  case SSL_ERROR_ZERO_RETURN:
    return {status::finished, 0};
  default:
    return {status::failed, 0};
  }
}

} // namespace machiai
