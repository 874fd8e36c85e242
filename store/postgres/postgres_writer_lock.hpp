#pragma once

#include "store/postgres/pg_connection.hpp"

#include <string>

namespace machiai {

/// Keeps a second engine off a store in PostgreSQL: an advisory lock of the session that writes, on the store's schema.
/// It ends with the session, so every new connection takes it again. Below it the clinics' epochs stay the guard; in a
/// cluster leases of single clinics will stand in its place.
class postgres_writer_lock {
public:
  explicit postgres_writer_lock(const store_options& options);

  /// Takes the lock for the session of `connection`, ending what the server still holds of former sessions of this
  /// object. `ec::stale_epoch` when another one has kept it for `writer_lock_wait_ms`, naming its session;
  /// `ec::store_unavailable` when it is one of these former sessions, which the server could not end in that time.
  caf::expected<void> take(pg_connection& connection) const;

private:
  caf::expected<bool> try_once(pg_connection& connection) const;
  [[nodiscard]] caf::error held(pg_connection& connection) const;

  std::string shown_url_;
  std::chrono::milliseconds patience_;
  /// By it the server knows the sessions of this object.
  std::string session_name_;
};

} // namespace machiai
