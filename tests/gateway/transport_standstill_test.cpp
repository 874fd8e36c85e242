#include "tests/support/shard_fixture.hpp"

#include <doctest/doctest.h>

#include <poll.h>
#include <vector>

using namespace machiai;

TEST_CASE("websocket transport: what a shard was too late to read is no silence of its peers") {
  auto settings = quick_settings();
  settings.hello_timeout_ms = 60'000;
  settings.beat_interval_ms = 1500;
  settings.doubt_after_ms = 3000;
  settings.dead_after_ms = 3000;
  settings.connections_per_address_max = 1000;
  shard_fixture at(settings);
  // More than the kernel tells of at once.
  std::vector<raw_client> clients;
  while (clients.size() < 260)
    clients.push_back(at.open_websocket());
  REQUIRE(at.host.wait_for([&](const auto& now) { return now.beats >= 260; }));
  REQUIRE(at.host.now().silent == 0);
  const auto pong = client_frame(opcode::pong, "");
  const auto all = at.host.now().bytes_in + clients.size() * pong.size();
  at.on_shard([&] {
    // The shard stands still. A timer of it is due before the answers come.
    ::poll(nullptr, 0, 1700);
    for (auto& client : clients)
      client.send(pong);
    ::poll(nullptr, 0, 1500);
  });
  CHECK(at.host.wait_for([&](const auto& now) { return now.bytes_in >= all; }));
  CHECK(at.host.now().silent == 0);
  CHECK(at.host.now().faults.empty());
}
