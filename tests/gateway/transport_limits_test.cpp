#include "tests/support/shard_fixture.hpp"

#include <doctest/doctest.h>

#include <ctime>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

using namespace machiai;
using namespace std::chrono_literals;

namespace {

/// Takes every descriptor the process may have, until destroyed.
struct all_descriptors {
  all_descriptors() {
    getrlimit(RLIMIT_NOFILE, &before);
    const rlimit low{open_descriptors() + 40, before.rlim_max};
    setrlimit(RLIMIT_NOFILE, &low);
    for (int fd = open("/dev/null", O_RDONLY); fd >= 0; fd = open("/dev/null", O_RDONLY))
      taken.push_back(fd);
  }
  ~all_descriptors() {
    give_back(taken.size());
    setrlimit(RLIMIT_NOFILE, &before);
  }
  void give_back(std::size_t count) {
    for (; count > 0; --count) {
      close(taken.back());
      taken.pop_back();
    }
  }

  rlimit before{};
  std::vector<int> taken;
};

} // namespace

TEST_CASE("transport limits: above connections_max a client gets 503 with Retry-After, and the place comes back") {
  auto settings = quick_settings();
  settings.connections_max = 2;
  shard_fixture at(settings);
  auto first = at.open_websocket();
  auto second = at.open_websocket();
  auto third = at.connect();
  const auto response = third.request("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(response.status == 503);
  CHECK(response.header("Retry-After") == "5");
  CHECK(response.body.find("limit_reached") != std::string::npos);
  CHECK(third.ended());
  CHECK(at.host.now().refusals[refusal::total_limit] == 1);
  CHECK(at.host.now().accepted == 2);
  first.abort();
  REQUIRE(at.host.wait_for([](const auto& now) { return now.ended == 1; }));
  at.open_websocket();
}

TEST_CASE("transport limits: one address cannot take the places of others") {
  auto settings = quick_settings();
  settings.connections_per_address_max = 1;
  shard_fixture at(settings);
  auto first = at.open_websocket();
  CHECK(at.connect().request("GET / HTTP/1.1\r\nHost: h\r\n\r\n").status == 503);
  CHECK(at.host.now().refusals[refusal::address_limit] == 1);
  raw_client_options elsewhere;
  elsewhere.from = "127.0.0.2";
  at.open_websocket(elsewhere);
}

TEST_CASE("transport limits: the admin listener has a limit of its own and serves no WebSocket") {
  auto settings = quick_settings();
  settings.connections_max = 0;
  settings.admin_connections_max = 2;
  shard_fixture at(settings, [](io_shard_config&, listener_options& options) { options.role = listener_role::admin; });
  at.host.answer = [&](connection_id id, const http_request& request) {
    CHECK(request.role == listener_role::admin);
    at.shard.respond(id, {});
  };
  CHECK(at.connect().request("GET /livez HTTP/1.1\r\nHost: h\r\n\r\n").status == 200);
  CHECK(at.connect().request(upgrade_request()).status == 404);
  REQUIRE(at.host.wait_for([](const auto& now) { return now.ended == 2; }));
  auto one = at.connect();
  auto two = at.connect();
  CHECK(one.request("GET /livez HTTP/1.1\r\nHost: h\r\n\r\n").status == 200);
  CHECK(two.request("GET /livez HTTP/1.1\r\nHost: h\r\n\r\n").status == 200);
  CHECK(at.connect().request("GET /livez HTTP/1.1\r\nHost: h\r\n\r\n").status == 503);
  CHECK(at.host.now().refusals[refusal::total_limit] == 1);
}

// UBSan's vptr check opens a pipe to see whether memory is readable and calls it a fault when it gets none.
#if !defined(__SANITIZE_ADDRESS__)
TEST_CASE("transport limits: out of descriptors, accepting rests instead of spinning and recovers") {
  shard_fixture at;
  auto served = at.open_websocket();
  all_descriptors hunger;
  std::vector<raw_client> waiting;
  for (int i = 0; i < 3; ++i) {
    hunger.give_back(1);
    waiting.push_back(at.connect());
  }
  REQUIRE(at.host.wait_for([](const auto& now) { return now.pauses >= 2; }));
  const auto began = std::chrono::steady_clock::now();
  const auto pauses_before = at.host.now().pauses;
  REQUIRE(at.host.wait_for([&](const auto& now) { return now.pauses >= pauses_before + 6; }));
  CHECK(std::chrono::steady_clock::now() - began >= 250ms);
  at.on_shard([&] { at.shard.send(at.last_opened(), {prepare_text_frame("still served"), 0, frame_kind::state}); });
  CHECK(served.read_text() == "still served");
  hunger.give_back(10);
  CHECK(at.open_websocket().last_response().status == 101);
}
#endif

TEST_CASE(
    "transport limits: descriptors and places return to base after 500 connects, aborts and half-done handshakes") {
  shard_fixture at;
  at.open_websocket().close();
  REQUIRE(at.host.wait_for([](const auto& now) { return now.ended == 1; }));
  const auto base = open_descriptors();
  for (int i = 0; i < 500; ++i) {
    auto client = at.connect();
    switch (i % 5) {
    case 0:
      client.abort();
      break;
    case 1:
      client.send(upgrade_request().substr(0, 40));
      break;
    case 2:
      client.upgrade();
      client.abort();
      break;
    case 3:
      client.upgrade();
      client.send(close_frame(1000));
      break;
    default:
      client.send(upgrade_request("nothing"));
      break;
    }
  }
  // Connections are accepted in the order they came, so once this one is open none of the others is still to come.
  at.open_websocket().close();
  REQUIRE(at.host.wait_for([](const auto& now) { return now.ended == now.accepted && now.accepted > 490; }));
  CHECK(at.on_shard([&] { return at.shard.connection_count(); }) == 0);
  CHECK(at.limits->total() == 0);
  CHECK(open_descriptors() == base);
}

TEST_CASE("transport limits: a shard that ends with open connections frees everything") {
  const auto base = open_descriptors();
  {
    shard_fixture at;
    auto plain = at.connect();
    auto websocket = at.open_websocket();
    auto half = at.connect();
    half.send("GET / HT");
  }
  CHECK(open_descriptors() == base);
}
