#include "commands/client/connect.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/post.hpp>

#include <charconv>
#include <utility>

namespace machiai {

using boost::asio::ip::tcp;
using boost::system::error_code;

void connect(boost::beast::tcp_stream& stream, const server_address& server,
             const std::function<void(const error_code&)>& done) {
  const auto connected = [&stream, done](const error_code& failed) {
    if (!failed)
      stream.socket().set_option(tcp::no_delay{true});
    done(failed);
  };
  uint16_t port = 0;
  const auto* end = server.port.data() + server.port.size();
  const auto read = std::from_chars(server.port.data(), end, port);
  error_code not_address;
  const auto address = boost::asio::ip::make_address(server.host, not_address);
  if (!not_address && read.ec == std::errc{} && read.ptr == end) {
    stream.async_connect(tcp::endpoint{address, port}, connected);
    return;
  }
  const auto resolver = std::make_shared<tcp::resolver>(stream.get_executor());
  resolver->async_resolve(
      server.host, server.port,
      [&stream, resolver, connected](const error_code& failed, const tcp::resolver::results_type& found) {
        if (failed)
          return connected(failed);
        stream.async_connect(found, [connected](const error_code& result, const tcp::endpoint&) { connected(result); });
      });
}

} // namespace machiai
