#include "tests/support/postgres_server.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <arpa/inet.h>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <pwd.h>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace machiai::test {

namespace {

const std::string binaries = "/usr/lib/postgresql/15/bin/";
constexpr auto start_timeout_ms = 30'000;
constexpr auto start_poll_ms = 50;

/// PostgreSQL refuses to run as root.
const passwd* server_user() {
  if (geteuid() != 0)
    return nullptr;
  const auto* user = getpwnam("postgres");
  if (user == nullptr)
    throw std::runtime_error("no user postgres: install the package postgresql-15");
  return user;
}

/// Starts a program as the server's user with its output in `log`; it gets SIGINT when the test process dies.
pid_t spawn(const std::vector<std::string>& command, const std::string& log) {
  const auto* user = server_user();
  std::vector<char*> arguments;
  for (const auto& argument : command)
    arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  const auto process = fork();
  if (process != 0)
    return process;
  const auto out = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  dup2(out, STDOUT_FILENO);
  dup2(out, STDERR_FILENO);
  if (user != nullptr && (setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0))
    _exit(126);
  prctl(PR_SET_PDEATHSIG, SIGINT);
  if (chdir("/") == 0)
    execv(arguments[0], arguments.data());
  _exit(127);
}

int wait_for(pid_t process) {
  int status = 0;
  waitpid(process, &status, 0);
  return status;
}

std::string contents(const std::string& file) {
  std::ifstream in{file};
  return {std::istreambuf_iterator<char>{in}, {}};
}

} // namespace

// None of those the kernel gives to outgoing connections: it must stay free until it is bound.
uint16_t free_port() {
  constexpr auto lowest = 10000;
  auto first_ephemeral = lowest + 1;
  std::ifstream{"/proc/sys/net/ipv4/ip_local_port_range"} >> first_ephemeral;
  const auto count = std::max(1, first_ephemeral - lowest);
  // Test processes beside each other begin in different places.
  for (auto attempt = getpid() * 97; attempt < getpid() * 97 + 100; ++attempt) {
    const auto port = static_cast<uint16_t>(lowest + attempt % count);
    const auto socket_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    const auto is_free = bind(socket_fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
    close(socket_fd);
    if (is_free)
      return port;
  }
  throw std::runtime_error("no free port");
}

postgres_server::postgres_server() {
  if (!std::filesystem::exists(binaries + "initdb"))
    throw std::runtime_error(binaries + "initdb is missing: install the package postgresql-15");
  if (const auto* user = server_user();
      user != nullptr && chown(directory_.path().c_str(), user->pw_uid, user->pw_gid) != 0)
    throw std::runtime_error("cannot hand the directory to user postgres");
  const auto log = (directory_.path() / "log").string();
  const auto data = (directory_.path() / "data").string();
  const auto made = wait_for(spawn({binaries + "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
                                    "--locale=C.UTF-8", "--no-instructions"},
                                   log));
  if (made != 0)
    throw std::runtime_error("initdb failed: " + contents(log));
  start();
}

postgres_server::~postgres_server() {
  end(SIGINT);
}

postgres_server& postgres_server::shared() {
  static postgres_server server;
  return server;
}

std::string postgres_server::url(const std::string& options, uint16_t port) const {
  return "postgresql://postgres:open-sesame@127.0.0.1:" + std::to_string(port == 0 ? port_ : port) + "/postgres" +
         (options.empty() ? "" : "?" + options);
}

void postgres_server::start() {
  const auto log = (directory_.path() / "log").string();
  if (port_ == 0)
    port_ = free_port();
  process_ = spawn({binaries + "postgres", "-D", (directory_.path() / "data").string(), "-p", std::to_string(port_),
                    "-k", directory_.path().string(), "-c", "listen_addresses=127.0.0.1"},
                   log);
  for (auto waited_ms = 0; waited_ms < start_timeout_ms; waited_ms += start_poll_ms) {
    if (PQping(url().c_str()) == PQPING_OK)
      return;
    if (waitpid(process_, nullptr, WNOHANG) != 0)
      break;
    poll(nullptr, 0, start_poll_ms);
  }
  throw std::runtime_error("the PostgreSQL server did not start: " + contents(log));
}

void postgres_server::end(int signal) {
  if (process_ <= 0)
    return;
  kill(process_, signal);
  wait_for(process_);
  process_ = -1;
}

// SIGQUIT is the immediate stop.
void postgres_server::stop() {
  end(SIGQUIT);
}

void postgres_server::crash_and_restart() {
  stop();
  start();
}

} // namespace machiai::test
