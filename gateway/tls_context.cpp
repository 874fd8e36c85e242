#include "gateway/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace machiai {

namespace {

// Mozilla's server-side TLS guidelines 5.7, "intermediate".
constexpr auto tls12_ciphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr auto groups = "X25519:P-256:P-384";

std::string last_openssl_error() {
  const auto code = ERR_peek_last_error();
  const auto* const reason = ERR_reason_error_string(code);
  std::string text = reason ? reason : "unknown error";
  ERR_clear_error();
  return text;
}

// What people give the files as.
constexpr std::string_view certificate_setting = "listen.tls_certificate";
constexpr std::string_view key_setting = "listen.tls_key";

caf::error file_error(std::string_view setting, const std::string& file, const std::string& what) {
  return make_error(ec::bad_setting, std::string{setting} + ": " + file + ": " + what);
}

int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_bytes, const unsigned char* offered,
                    unsigned int offered_bytes, void*) {
  static constexpr unsigned char http[] = "\x08http/1.1";
  unsigned char* chosen = nullptr;
  const auto outcome = SSL_select_next_proto(&chosen, out_bytes, http, sizeof http - 1, offered, offered_bytes);
  *out = chosen;
  return outcome == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

void set_policy(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context, tls12_ciphers);
  SSL_CTX_set1_groups_list(context, groups);
  // No tickets: connections live long, and OpenSSL does not rotate ticket keys by itself.
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context,
                   SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
}

} // namespace

void tls_deleter::operator()(ssl_ctx_st* context) const {
  SSL_CTX_free(context);
}
void tls_deleter::operator()(ssl_st* session) const {
  SSL_free(session);
}

tls_context::tls_context(std::string certificate_file, std::string key_file, context_handle context)
    : certificate_file_(std::move(certificate_file)), key_file_(std::move(key_file)), context_(std::move(context)) {}

caf::expected<std::shared_ptr<tls_context>> tls_context::load(const std::string& certificate_file,
                                                              const std::string& key_file) {
  auto context = read_files(certificate_file, key_file);
  if (!context)
    return context.error();
  return std::shared_ptr<tls_context>(new tls_context(certificate_file, key_file, std::move(*context)));
}

caf::error tls_context::reload() {
  auto fresh = read_files(certificate_file_, key_file_);
  if (!fresh)
    return fresh.error();
  const std::lock_guard lock(mutex_);
  context_ = std::move(*fresh);
  return caf::none;
}

tls_session tls_context::new_session(int descriptor) {
  context_handle context;
  {
    const std::lock_guard lock(mutex_);
    context = context_;
  }
  tls_session session(SSL_new(context.get()));
  if (!session || SSL_set_fd(session.get(), descriptor) != 1)
    return nullptr;
  SSL_set_accept_state(session.get());
  return session;
}

caf::expected<tls_context::context_handle> tls_context::read_files(const std::string& certificate_file,
                                                                   const std::string& key_file) {
  for (const auto& [setting, file] :
       {std::pair{certificate_setting, certificate_file}, std::pair{key_setting, key_file}})
    if (access(file.c_str(), R_OK) != 0)
      return file_error(setting, file, std::strerror(errno));
  ERR_clear_error();
  context_handle context(SSL_CTX_new(TLS_server_method()), tls_deleter());
  if (!context)
    return make_error(ec::system_failure, "OpenSSL: " + last_openssl_error());
  set_policy(context.get());
  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate_file.c_str()) != 1)
    return file_error(certificate_setting, certificate_file,
                      "not a PEM certificate chain (" + last_openssl_error() + ")");
  if (SSL_CTX_use_PrivateKey_file(context.get(), key_file.c_str(), SSL_FILETYPE_PEM) != 1)
    return file_error(key_setting, key_file,
                      "not a PEM key for " + certificate_file + " (" + last_openssl_error() + ")");
  if (SSL_CTX_check_private_key(context.get()) != 1)
    return file_error(key_setting, key_file, "does not fit " + certificate_file + " (" + last_openssl_error() + ")");
  return context;
}

} // namespace machiai
