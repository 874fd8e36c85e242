#include "tests/support/shard_fixture.hpp"

#include <doctest/doctest.h>

using namespace machiai;
using namespace std::chrono_literals;

namespace {

outgoing_frame state(std::string_view payload, uint64_t key = 0) {
  return {prepare_text_frame(payload), key, frame_kind::state};
}

} // namespace

TEST_CASE("websocket transport: upgrade, a message each way, a clean close") {
  shard_fixture at;
  at.host.on_message = [&](connection_id id, std::string_view text) {
    CHECK(at.shard.send(id, state("echo " + std::string(text))));
  };
  auto client = at.open_websocket();
  CHECK(client.last_response().header("sec-websocket-protocol") == "machiai.v1");
  client.send_text("hello");
  CHECK(client.read_text() == "echo hello");
  client.send(close_frame(1000, "bye"));
  CHECK(client.read_close() == 1000);
  CHECK(client.ended());
  REQUIRE(at.host.wait_for([](const auto& now) { return now.closes.size() == 1; }));
  const auto [id, how] = at.host.now().closes[0];
  CHECK(id == at.last_opened());
  CHECK(shard_of(id) == 3);
  CHECK(how.code == 1000);
  CHECK(how.clean);
  CHECK(how.by_peer);
  CHECK(at.host.now().remote_address == "127.0.0.1");
}

TEST_CASE("websocket transport: frames sent in the upgrade's own segment are taken") {
  shard_fixture at;
  auto client = at.connect();
  client.send(upgrade_request() + client_frame(opcode::text, "early"));
  CHECK(at.host.wait_for([](const auto& now) { return now.texts == std::vector<std::string>{"early"}; }));
}

TEST_CASE("websocket transport: what a loop turn sends leaves in one write") {
  shard_fixture at;
  at.host.on_message = [&](connection_id id, std::string_view) {
    for (int i = 0; i < 50; ++i)
      at.shard.send(id, state(std::to_string(i)));
  };
  auto client = at.open_websocket();
  REQUIRE(at.host.wait_for([](const auto& now) { return now.frames_out == 1; }));
  const auto before = at.host.now();
  client.send_text("go");
  for (int i = 0; i < 50; ++i)
    REQUIRE(client.read_text() == std::to_string(i));
  REQUIRE(at.host.wait_for([](const auto& now) { return now.frames_out == 51; }));
  CHECK(at.host.now().writes == before.writes + 1);
}

TEST_CASE("websocket transport: one prepared frame serves many connections") {
  shard_fixture at;
  std::vector<raw_client> clients;
  for (int i = 0; i < 20; ++i)
    clients.push_back(at.open_websocket());
  const auto frame = prepare_text_frame("news");
  at.on_shard([&] {
    CHECK(at.shard.websocket_count() == 20);
    at.shard.for_each_websocket([&](connection_id id) { at.shard.send(id, {frame, 1, frame_kind::state}); });
    CHECK(frame.use_count() == 21);
  });
  for (auto& client : clients)
    CHECK(client.read_text() == "news");
}

TEST_CASE("websocket transport: our close sends what is pending first and waits for the answer") {
  shard_fixture at;
  auto client = at.open_websocket();
  at.on_shard([&] {
    at.shard.send(at.last_opened(), state("last words"));
    CHECK(at.shard.close(at.last_opened(), 4001, "elsewhere"));
    CHECK_FALSE(at.shard.send(at.last_opened(), state("too late")));
  });
  CHECK(client.read_text() == "last words");
  CHECK(client.read_close() == 4001);
  client.send(close_frame(4001));
  CHECK(client.ended());
  REQUIRE(at.host.wait_for([](const auto& now) { return now.closes.size() == 1; }));
  CHECK(at.host.now().closes[0].second.clean);
  CHECK(at.host.now().closes[0].second.code == 4001);
}

TEST_CASE("websocket transport: a peer that does not answer our close is cut after the close timeout") {
  shard_fixture at;
  auto client = at.open_websocket();
  at.on_shard([&] { at.shard.close(at.last_opened(), 4001, ""); });
  CHECK(client.read_close() == 4001);
  CHECK(client.ended());
  REQUIRE(at.host.wait_for([](const auto& now) { return now.closes.size() == 1 && now.ended == 1; }));
  CHECK_FALSE(at.host.now().closes[0].second.clean);
  CHECK(at.host.now().closes[0].second.code == 4001);
}

TEST_CASE("websocket transport: a connection that breaks is told as 1006, once") {
  shard_fixture at;
  for (const bool reset : {false, true}) {
    auto client = at.open_websocket();
    reset ? client.abort() : client.close();
  }
  auto third = at.open_websocket();
  at.on_shard([&] { CHECK(at.shard.terminate(at.last_opened())); });
  CHECK(third.ended());
  REQUIRE(at.host.wait_for([](const auto& now) { return now.ended == 3; }));
  const auto now = at.host.now();
  REQUIRE(now.closes.size() == 3);
  for (const auto& [id, how] : now.closes) {
    CHECK(how.code == 1006);
    CHECK_FALSE(how.clean);
  }
  CHECK_FALSE(at.on_shard([&] { return at.shard.send(at.last_opened(), state("x")); }));
}

TEST_CASE("websocket transport: without mark_ready the hello times out, with it messages may be large") {
  auto settings = quick_settings();
  settings.hello_timeout_ms = 250;
  shard_fixture at(settings);
  auto late = at.open_websocket();
  CHECK(late.read_close() == 1008);
  at.host.on_message = [&](connection_id id, std::string_view) { at.shard.mark_ready(id); };
  auto client = at.open_websocket();
  client.send_text("hello");
  client.send_text(std::string(65536, 'x'));
  CHECK(at.host.wait_for([](const auto& now) { return now.texts.size() == 2 && now.texts[1].size() == 65536; }));
  CHECK(client.quiet_for(400ms));
  auto greedy = at.open_websocket();
  greedy.send_text(std::string(4097, 'x'));
  CHECK(greedy.read_close() == 1009);
}

TEST_CASE("websocket transport: protocol faults, binary and floods have their codes") {
  auto settings = quick_settings();
  settings.messages_burst = 5;
  settings.messages_per_second = 1;
  settings.pings_burst = 5;
  settings.pings_per_second = 1;
  shard_fixture at(settings);
  const auto code_after = [&](const std::string& bytes) {
    auto client = at.open_websocket();
    client.send(bytes);
    return client.read_close();
  };
  const auto repeated = [](const std::string& frame) {
    std::string all;
    for (int i = 0; i < 50; ++i)
      all += frame;
    return all;
  };
  CHECK(code_after(client_frame(opcode::binary, "b")) == 1003);
  CHECK(code_after(client_frame(opcode::text, "\xFF")) == 1007);
  CHECK(code_after(client_frame(3, "")) == 1002);
  CHECK(code_after(repeated(client_frame(opcode::ping, std::string(125, 'p')))) == 1008);
  CHECK(code_after(repeated(client_frame(opcode::pong, ""))) == 1008);
  const auto before = at.host.now().texts.size();
  CHECK(code_after(repeated(client_frame(opcode::text, "m"))) == 1008);
  CHECK(at.host.now().texts.size() == before + 5);
  CHECK(at.host.now().faults == std::vector{transport_fault::binary_message, transport_fault::ping_flood,
                                            transport_fault::ping_flood, transport_fault::message_flood});
}

TEST_CASE("websocket transport: a message comes in as many fragments as are allowed and not in one more") {
  auto settings = quick_settings();
  settings.message_fragments_max = 3;
  shard_fixture at(settings);
  const auto in_fragments = [](int count) {
    frame_options more;
    more.fin = false;
    auto all = client_frame(opcode::text, "x", more);
    for (int i = 2; i < count; ++i)
      all += client_frame(opcode::continuation, "x", more);
    return all + client_frame(opcode::continuation, "x");
  };
  auto client = at.open_websocket();
  client.send(in_fragments(3));
  REQUIRE(at.host.wait_for([](const auto& now) { return now.texts.size() == 1; }));
  CHECK(at.host.now().texts[0] == "xxx");
  client.send(in_fragments(4));
  CHECK(client.read_close() == 1009);
  CHECK(at.host.now().texts.size() == 1);
}

TEST_CASE("websocket transport: beats, doubt, return and death follow the silence of the peer") {
  auto settings = quick_settings();
  settings.beat_interval_ms = 200;
  settings.doubt_after_ms = 100;
  settings.dead_after_ms = 500;
  shard_fixture at(settings);
  auto client = at.open_websocket();
  REQUIRE(at.host.wait_for([](const auto& now) { return now.silent == 1; }));
  CHECK(at.host.now().beats == 1);
  const auto ping = client.read_frame();
  REQUIRE(ping);
  CHECK(ping->opcode == opcode::ping);
  client.send(client_frame(opcode::pong, ping->payload));
  REQUIRE(at.host.wait_for([](const auto& now) { return now.alive_again == 1; }));
  REQUIRE(at.host.wait_for([](const auto& now) { return now.closes.size() == 1; }));
  const auto now = at.host.now();
  CHECK(now.silent == 2);
  CHECK(now.faults == std::vector{transport_fault::dead});
  CHECK(now.closes[0].second.code == 1001);
  CHECK(now.closes[0].second.last_proof_ms <= io_shard::now_ms() - 500);
  CHECK(client.ended());
}

TEST_CASE("websocket transport: half a frame does not keep a connection alive") {
  auto settings = quick_settings();
  settings.beat_interval_ms = 100;
  settings.doubt_after_ms = 100;
  settings.dead_after_ms = 300;
  settings.hello_timeout_ms = 10000;
  shard_fixture at(settings);
  auto client = at.open_websocket();
  client.send(client_frame(opcode::text, "half of it").substr(0, 5));
  CHECK(at.host.wait_for([](const auto& now) { return now.ended == 1; }));
}

TEST_CASE(
    "websocket transport: a slow reader converges: bounded memory, collapsed frames, one snapshot after the flood") {
  auto settings = quick_settings();
  settings.send_soft_bytes = 64 * 1024;
  settings.send_hard_bytes = 256 * 1024;
  settings.kernel_unsent_bytes = 16 * 1024;
  shard_fixture at(settings);
  at.host.on_drained = [&](connection_id id) {
    CHECK(at.shard.send(id, {prepare_text_frame("snapshot"), 0, frame_kind::reply}));
  };
  raw_client_options options;
  options.receive_buffer = 4096;
  auto client = at.open_websocket(options);
  const auto id = at.last_opened();
  const std::string padding(1000, '.');
  for (int i = 0; i < 3000; ++i)
    at.on_shard([&] {
      at.shard.send(id,
                    state("k" + std::to_string(i % 7) + padding + std::to_string(i), 1 + static_cast<uint64_t>(i % 7)));
      REQUIRE(at.shard.state_of(id)->pending_bytes < 80 * 1024);
    });
  auto now = at.host.now();
  CHECK(now.pushed[send_queue::push_result::conflated] > 20);
  CHECK(now.pushed[send_queue::push_result::overflowed] == 0);
  for (int i = 0; i < 1000; ++i)
    at.on_shard([&] {
      at.shard.send(id, state(padding));
      REQUIRE(at.shard.state_of(id)->pending_bytes < 300 * 1024);
    });
  now = at.host.now();
  CHECK(now.pushed[send_queue::push_result::overflowed] == 1);
  CHECK(now.drained == 0);
  int frames_read = 0;
  std::string last;
  for (; last != "snapshot"; ++frames_read)
    last = client.read_text().value_or("snapshot");
  CHECK(frames_read < 500);
  CHECK(at.host.now().drained == 1);
  at.on_shard([&] { CHECK(at.shard.send(id, state("after"))); });
  CHECK(client.read_text() == "after");
}

TEST_CASE("websocket transport: a reader that takes nothing is closed with 1013 and then cut") {
  auto settings = quick_settings();
  settings.send_stall_timeout_ms = 300;
  settings.kernel_unsent_bytes = 16 * 1024;
  shard_fixture at(settings);
  raw_client_options options;
  options.receive_buffer = 4096;
  auto client = at.open_websocket(options);
  at.on_shard([&] {
    for (int i = 0; i < 2000; ++i)
      at.shard.send(at.last_opened(), state(std::string(400, '.')));
  });
  REQUIRE(at.host.wait_for([](const auto& now) { return now.ended == 1; }));
  const auto now = at.host.now();
  CHECK(now.faults == std::vector{transport_fault::send_stall});
  REQUIRE(now.closes.size() == 1);
  CHECK(now.closes[0].second.code == 1013);
  CHECK_FALSE(now.closes[0].second.clean);
}

TEST_CASE("websocket transport: replies beyond their limit close the connection with 1013") {
  auto settings = quick_settings();
  settings.send_reserved_bytes = 64 * 1024;
  shard_fixture at(settings);
  auto client = at.open_websocket();
  at.on_shard([&] {
    const auto frame = prepare_text_frame(std::string(10000, 'r'));
    int taken = 0;
    while (at.shard.send(at.last_opened(), {frame, 0, frame_kind::reply}))
      ++taken;
    CHECK(taken == 6);
  });
  CHECK(client.read_close() == 1013);
}
