#pragma once

#include "tests/support/temporary_directory.hpp"

#include <cstdint>
#include <string>
#include <sys/types.h>
#include <vector>

namespace machiai::test {

/// A PostgreSQL server of the test's own, from Debian's package: a fresh cluster in a temporary directory, on a Unix
/// socket and a free port of 127.0.0.1, run as user `postgres` when the tests run as root. Stopped and removed at the
/// end. A missing package or a server that does not start throws: tests fail, they do not skip.
class postgres_server {
public:
  postgres_server();
  ~postgres_server();
  postgres_server(const postgres_server&) = delete;
  postgres_server& operator=(const postgres_server&) = delete;

  /// The one server all tests of this process share, started when first asked for.
  static postgres_server& shared();

  [[nodiscard]] uint16_t port() const { return port_; }

  /// `postgresql://…` over TCP, through another port when a proxy listens there; `options` is appended to the query.
  [[nodiscard]] std::string url(const std::string& options = "", uint16_t port = 0) const;

  /// Kills the server as a power cut would and starts it again on the same data.
  void crash_and_restart();

  /// Stops the server as a power cut would: no checkpoint, recovery at the next start.
  void stop();
  void start();

private:
  void end(int signal);

  temporary_directory directory_;
  uint16_t port_ = 0;
  pid_t process_ = -1;
};

/// A port of 127.0.0.1 nobody listens on just now.
uint16_t free_port();

} // namespace machiai::test
