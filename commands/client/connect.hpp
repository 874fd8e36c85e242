#pragma once

#include "commands/client/server_address.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include <functional>
#include <memory>

namespace machiai {

/// Resolves and connects; an address in numbers skips the resolver and its thread. The stream's own expiry ends a
/// connect that takes too long. `done` is called once, from the loop. The caller keeps `stream` alive until then.
void connect(boost::beast::tcp_stream& stream, const server_address& server,
             const std::function<void(const boost::system::error_code&)>& done);

} // namespace machiai
