#include "tests/support/shard_fixture.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

using namespace machiai;
using namespace std::chrono_literals;

namespace {

std::string get(std::string_view path, std::string_view extra = {}) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: h\r\n" + std::string(extra) + "\r\n";
}

http_response echo_of(const http_request& request) {
  http_response response;
  response.body = request.method + ' ' + request.target + ' ' + request.body;
  return response;
}

/// Answers every request at once with what it was.
struct echo_fixture : shard_fixture {
  explicit echo_fixture(const connection_settings& settings = quick_settings()) : shard_fixture(settings) {
    host.answer = [this](connection_id id, const http_request& request) { shard.respond(id, echo_of(request)); };
  }
};

std::string error_code(const raw_response& response) {
  const auto at = response.body.find("\"code\":\"");
  return at == std::string::npos ? "" : response.body.substr(at + 8, response.body.find('"', at + 8) - at - 8);
}

} // namespace

TEST_CASE("http transport: keep-alive serves several requests on one connection") {
  echo_fixture at;
  auto client = at.connect();
  for (int i = 0; i < 3; ++i) {
    const auto response = client.request(get("/" + std::to_string(i)));
    CHECK(response.status == 200);
    CHECK(response.body == "GET /" + std::to_string(i) + " ");
    CHECK(response.header("connection") == "keep-alive");
  }
  CHECK(at.host.now().accepted == 1);
  CHECK(at.host.now().requests[0].remote_address == "127.0.0.1");
}

TEST_CASE("http transport: pipelined requests are answered in order, also when the host answers late") {
  shard_fixture at;
  std::atomic<int> waiting = 0;
  at.host.answer = [&](connection_id id, const http_request& request) {
    ++waiting;
    CHECK(waiting == 1);
    at.shard.post([&at, &waiting, id, request] {
      --waiting;
      CHECK(at.shard.respond(id, echo_of(request)));
    });
  };
  auto client = at.connect();
  client.send(get("/1") + get("/2") + get("/3") + get("/4", "Connection: close\r\n"));
  for (int i = 1; i <= 4; ++i)
    CHECK(client.read_response().body == "GET /" + std::to_string(i) + " ");
  CHECK(client.ended());
}

TEST_CASE("http transport: requests above a connection's rate get 429 with Retry-After, and it goes on") {
  auto settings = quick_settings();
  settings.http_requests_per_second = 1;
  settings.http_requests_burst = 3;
  echo_fixture at(settings);
  auto client = at.connect();
  std::string all;
  for (int i = 0; i < 5; ++i)
    all += get("/");
  client.send(all);
  for (int i = 0; i < 5; ++i) {
    const auto response = client.read_response();
    CHECK(response.status == (i < 3 ? 200 : 429));
    CHECK(response.header("connection") == "keep-alive");
    CHECK(response.header("retry-after") == (i < 3 ? "" : "1"));
    CHECK(error_code(response) == (i < 3 ? "" : "rate_limited"));
  }
  CHECK(at.host.now().requests.size() == 3);
  CHECK(at.connect().request(get("/")).status == 200);
}

TEST_CASE("http transport: bodies come by length and chunked, byte by byte too") {
  echo_fixture at;
  auto client = at.connect();
  CHECK(client.request("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc").body == "POST /a abc");
  client.send_slowly("POST /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n1\r\nf\r\n0\r\n\r\n");
  CHECK(client.read_response().body == "POST /b def");
}

TEST_CASE("http transport: 100 Continue comes before the body, HEAD has no body, HTTP/1.0 ends") {
  echo_fixture at;
  auto client = at.connect();
  client.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  CHECK(client.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("abc");
  CHECK(client.read_response().body == "POST /a abc");
  client.send("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(client.read_response(true).header("Content-Length") == "8");
  CHECK(client.request("GET /a HTTP/1.0\r\n\r\n").status == 200);
  CHECK(client.ended());
}

TEST_CASE("http transport: refusals are problem+json with a code word, and end the connection") {
  echo_fixture at;
  const std::vector<std::tuple<std::string, int, std::string>> table = {
      {"nonsense\r\n\r\n", 400, "malformed"},
      {get("/", "X: " + std::string(9000, 'x') + "\r\n"), 431, "too_large"},
      {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 262145\r\n\r\n", 413, "too_large"},
      {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "malformed"},
      {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n", 501, "malformed"},
      {"BREW / HTTP/1.1\r\nHost: h\r\n\r\n", 501, "unknown_command"},
      {upgrade_request("", ""), 400, "malformed"},
      {upgrade_request("machiai.v1", "", "/elsewhere"), 404, "not_found"},
  };
  for (const auto& [bytes, status, code] : table) {
    const auto sent = bytes.substr(0, 100);
    CAPTURE(sent);
    auto client = at.connect();
    const auto response = client.request(bytes);
    CHECK(response.status == status);
    CHECK(error_code(response) == code);
    CHECK(response.header("Content-Type") == "application/problem+json");
    CHECK(client.ended());
  }
  auto client = at.connect();
  const auto plain = client.request(get("/ws"));
  CHECK(plain.status == 426);
  CHECK(at.host.now().requests.empty());
}

TEST_CASE("http transport: a refusal reaches a client that is still sending its body") {
  echo_fixture at;
  auto client = at.connect();
  client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 999999\r\n\r\n" + std::string(300000, 'x'));
  CHECK(client.read_response().status == 413);
  CHECK(client.ended());
  CHECK_FALSE(client.was_reset());
}

TEST_CASE("http transport: a dripping header and a dripping body get 408, a silent client just the end") {
  echo_fixture at;
  auto header = at.connect();
  header.send("GET / HTTP/1.1\r\nHost: h\r\nX-Slow: ");
  auto body = at.connect();
  body.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
  auto silent = at.connect();
  const auto started = std::chrono::steady_clock::now();
  CHECK(header.read_response().status == 408);
  CHECK(body.read_response().status == 408);
  CHECK(silent.read_to_end().empty());
  CHECK(silent.ended());
  CHECK(std::chrono::steady_clock::now() - started < 2s);
}

TEST_CASE("http transport: dripping single bytes does not move the deadline") {
  echo_fixture at;
  auto client = at.connect();
  client.patience = 20ms;
  client.send("GET / HTTP/1.1\r\nHost: h\r\nX: ");
  const auto started = std::chrono::steady_clock::now();
  while (client.send("x") && client.quiet_for(20ms) && std::chrono::steady_clock::now() - started < 3s) {
  }
  CHECK(std::chrono::steady_clock::now() - started < 1s);
  CHECK(client.read_response().status == 408);
}

TEST_CASE("http transport: an idle keep-alive connection is ended, a request the host never answers gets 503") {
  echo_fixture at;
  auto idle = at.connect();
  CHECK(idle.request(get("/")).status == 200);
  CHECK(idle.ended());
  shard_fixture mute;
  auto client = mute.connect();
  const auto response = client.request(get("/"));
  CHECK(response.status == 503);
  CHECK(error_code(response) == "timed_out");
}

TEST_CASE("http transport: a client that shuts its sending side still gets its answer") {
  shard_fixture at;
  at.host.answer = [&](connection_id id, const http_request& request) {
    at.shard.post([&at, id, request] { at.shard.respond(id, echo_of(request)); });
  };
  auto client = at.connect();
  client.send(get("/half"));
  client.finish_sending();
  CHECK(client.read_response().body == "GET /half ");
  CHECK(client.ended());
}

TEST_CASE("http transport: a client that sends requests and reads nothing is not served further, then cut") {
  auto settings = quick_settings();
  settings.send_stall_timeout_ms = 300;
  settings.kernel_unsent_bytes = 16 * 1024;
  shard_fixture at(settings);
  at.host.answer = [&](connection_id id, const http_request&) {
    http_response large;
    large.body = std::string(200 * 1024, 'x');
    at.shard.respond(id, large);
  };
  raw_client_options options;
  options.receive_buffer = 4096;
  auto client = at.connect(options);
  for (int i = 0; i < 200; ++i)
    client.send(get("/" + std::to_string(i)));
  CHECK(at.host.wait_for([](const auto& now) { return now.ended == 1; }));
  CHECK(at.host.now().requests.size() < 50);
}

TEST_CASE("http transport: a response to a slow reader may take longer than the connection may stay idle or close") {
  auto settings = quick_settings();
  settings.kernel_unsent_bytes = 16 * 1024;
  shard_fixture at(settings);
  http_response large;
  large.body = std::string(1024 * 1024, 'x');
  http_response small;
  small.body = std::string(60 * 1024, 'x');
  at.host.answer = [&](connection_id id, const http_request& request) {
    at.shard.respond(id, request.path() == "/" ? http_response{} : request.path() == "/large" ? large : small);
  };
  raw_client_options options;
  options.receive_buffer = 4096;
  auto kept = at.connect(options);
  kept.send(get("/small"));
  auto last = at.connect(options);
  last.send("GET /large HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  REQUIRE(at.host.wait_for([](const auto& now) { return now.requests.size() == 2; }));
  auto idle = at.connect();
  REQUIRE(idle.request(get("/")).status == 200);
  REQUIRE(idle.ended());
  CHECK(kept.read_response().body.size() == small.body.size());
  CHECK(last.read_response().body.size() == large.body.size());
}

TEST_CASE("http transport: TCP_NODELAY is set on accepted sockets") {
  shard_fixture at;
  auto client = at.connect();
  CHECK(at.host.wait_for([](const auto& now) { return now.accepted == 1; }));
  int found = 0;
  for (int fd = 3; fd < 1024; ++fd) {
    sockaddr_in peer{};
    sockaddr_in own{};
    socklen_t size = sizeof peer;
    if (fd == client.descriptor() || getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0)
      continue;
    getsockname(client.descriptor(), reinterpret_cast<sockaddr*>(&own), &size);
    if (peer.sin_port != own.sin_port)
      continue;
    int value = 0;
    socklen_t value_bytes = sizeof value;
    getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &value, &value_bytes);
    found += value;
  }
  CHECK(found == 1);
}

TEST_CASE("http transport: an address in use, or not an address, is a clear error") {
  shard_fixture at;
  recording_host host;
  io_shard_config config;
  config.limits = at.limits;
  io_shard other(config, host, host);
  const auto taken = other.open(at.address, {});
  REQUIRE_FALSE(taken);
  CHECK(code_of(taken.error()) == ec::system_failure);
  CHECK(message_of(taken.error()).find(at.address) != std::string::npos);
  listener_options join;
  join.join_existing = true;
  CHECK(other.open(at.address, join));
  for (const auto* wrong : {"", "localhost", "1.2.3.4:", "1.2.3.4:99999", "::1:80", "example.org:80", "1.2.3.4:80x"}) {
    const auto failed = other.open(wrong, {});
    REQUIRE_FALSE(failed);
    CHECK(code_of(failed.error()) == ec::bad_setting);
  }
  CHECK(other.open("[::1]:0", {})->starts_with("[::1]:"));
}

TEST_CASE("http transport: after stop_accepting new clients are refused and those connected are served") {
  echo_fixture at;
  auto client = at.connect();
  CHECK(client.request(get("/1")).status == 200);
  at.on_shard([&] { at.shard.stop_accepting(listener_role::clients); });
  CHECK_THROWS(at.connect());
  CHECK(client.request(get("/2")).status == 200);
}
