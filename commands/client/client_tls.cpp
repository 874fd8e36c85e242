#include "commands/client/client_tls.hpp"

#include <boost/asio/ip/address.hpp>
#include <openssl/x509v3.h>

namespace machiai {

namespace ssl = boost::asio::ssl;

ssl::context make_client_tls() {
  ssl::context context{ssl::context::tls_client};
  context.set_default_verify_paths();
  context.set_verify_mode(ssl::verify_peer);
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  return context;
}

void expect_host(SSL* connection, const server_address& server) {
  boost::system::error_code not_address;
  boost::asio::ip::make_address(server.host, not_address);
  auto* rules = SSL_get0_param(connection);
  if (!not_address) {
    X509_VERIFY_PARAM_set1_ip_asc(rules, server.host.c_str());
    return;
  }
  SSL_set_tlsext_host_name(connection, server.host.c_str());
  X509_VERIFY_PARAM_set1_host(rules, server.host.c_str(), server.host.size());
}

} // namespace machiai
