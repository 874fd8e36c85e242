#pragma once

#include "commands/client/server_address.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

namespace machiai {

/// TLS 1.2 and later, certificates checked against the system's (or SSL_CERT_FILE's) authorities.
/// Throws `boost::system::system_error` when the system has none that can be read.
boost::asio::ssl::context make_client_tls();

/// Names the host to the server (SNI) and asks for a certificate that is good for it.
void expect_host(SSL* connection, const server_address& server);

} // namespace machiai
