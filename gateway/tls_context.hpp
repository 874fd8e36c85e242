#pragma once

#include "config/error.hpp"

#include <memory>
#include <mutex>
#include <string>

struct ssl_ctx_st;
struct ssl_st;

namespace machiai {

/// Frees what OpenSSL made.
struct tls_deleter {
  void operator()(ssl_ctx_st* context) const;
  void operator()(ssl_st* session) const;
};

/// One TLS session of one connection.
using tls_session = std::unique_ptr<ssl_st, tls_deleter>;

/// Certificate and key for new connections: TLS 1.2 and 1.3, Mozilla's intermediate cipher list, X25519, P-256 and
/// P-384, no renegotiation, compression, tickets or session cache; HTTP/1.1 by ALPN. Thread-safe.
class tls_context {
public:
  /// Reads the PEM files. An error (`ec::bad_setting`) names the setting, the file and what is wrong with
  /// it.
  static caf::expected<std::shared_ptr<tls_context>> load(const std::string& certificate_file,
                                                          const std::string& key_file);

  /// Reads the files again for connections that begin from now on; sessions that exist keep the old certificate. On an
  /// error the old certificate stays in use.
  caf::error reload();

  /// A server session on a non-blocking socket; null when OpenSSL is out of memory. The descriptor stays the caller's.
  tls_session new_session(int descriptor);

private:
  using context_handle = std::shared_ptr<ssl_ctx_st>;

  tls_context(std::string certificate_file, std::string key_file, context_handle context);
  static caf::expected<context_handle> read_files(const std::string& certificate_file, const std::string& key_file);

  const std::string certificate_file_;
  const std::string key_file_;
  std::mutex mutex_;
  context_handle context_;
};

} // namespace machiai
