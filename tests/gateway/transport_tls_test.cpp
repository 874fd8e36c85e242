#include "tests/support/shard_fixture.hpp"

#include <doctest/doctest.h>
#include <openssl/ssl.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace machiai;

namespace {

namespace fs = std::filesystem;

/// A directory with self-signed certificates, made by the openssl program and removed with it.
struct certificates {
  certificates() {
    auto pattern = (fs::temp_directory_path() / "machiai-tls-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    directory = pattern;
  }
  ~certificates() { fs::remove_all(directory); }

  std::string certificate() const { return directory / "certificate.pem"; }
  std::string key() const { return directory / "key.pem"; }

  void make(const std::string& name) const {
    const auto command =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=" + name + " -keyout " +
        key() + " -out " + certificate() + " 2>/dev/null";
    REQUIRE(std::system(command.c_str()) == 0);
  }

  fs::path directory;
};

raw_client_options tls(int version = 0) {
  raw_client_options options;
  options.tls = true;
  options.tls_version = version;
  return options;
}

struct tls_fixture {
  tls_fixture() {
    files.make("first");
    auto loaded = tls_context::load(files.certificate(), files.key());
    REQUIRE(loaded);
    context = *loaded;
    auto settings = quick_settings();
    settings.kernel_unsent_bytes = 16 * 1024;
    shard = std::make_unique<shard_fixture>(
        settings, [this](io_shard_config&, listener_options& options) { options.tls = context; });
  }

  certificates files;
  std::shared_ptr<tls_context> context;
  std::unique_ptr<shard_fixture> shard;
};

} // namespace

TEST_CASE("tls transport: 1.2 and 1.3 are spoken, 1.1 and plain text are refused") {
  tls_fixture at;
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    auto client = at.shard->open_websocket(tls(version));
    CHECK(client.tls_version() == (version == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3"));
    at.shard->on_shard([&] {
      at.shard->shard.send(at.shard->last_opened(), {prepare_text_frame("news"), 0, frame_kind::state});
    });
    CHECK(client.read_text() == "news");
    client.send(close_frame(1000));
    CHECK(client.read_close() == 1000);
    CHECK(client.ended());
  }
  CHECK_THROWS(at.shard->connect(tls(TLS1_1_VERSION)));
  auto plain = at.shard->connect();
  plain.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(plain.ended());
}

TEST_CASE("tls transport: a client that never finishes its handshake is cut") {
  tls_fixture at;
  auto silent = at.shard->connect();
  auto half = at.shard->connect();
  half.send("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03");
  CHECK(silent.ended());
  CHECK(half.ended());
}

TEST_CASE("tls transport: a large answer to a slow reader arrives whole") {
  tls_fixture at;
  http_response large;
  for (int i = 0; i < 200000; ++i)
    large.body += std::to_string(i);
  at.shard->host.answer = [&](connection_id id, const http_request&) { at.shard->shard.respond(id, large); };
  auto options = tls();
  options.receive_buffer = 4096;
  auto client = at.shard->connect(options);
  client.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
  for (int i = 0; i < 2; ++i) {
    const auto got = client.read_response().body;
    CHECK(got.size() == large.body.size());
    const bool same = got == large.body;
    CHECK(same);
    CHECK(at.shard->host.now().ended == 0);
  }
}

TEST_CASE("tls transport: frames collapse for a slow reader without spoiling the records under way") {
  tls_fixture at;
  auto options = tls();
  options.receive_buffer = 4096;
  auto client = at.shard->open_websocket(options);
  const auto id = at.shard->last_opened();
  const std::string padding(1500, '.');
  for (int i = 0; i < 3000; ++i)
    at.shard->on_shard([&] {
      at.shard->shard.send(
          id, {prepare_text_frame(std::to_string(i) + padding), 1 + static_cast<uint64_t>(i % 5), frame_kind::state});
    });
  int last = -1;
  while (last < 2999) {
    const auto text = client.read_text();
    REQUIRE(text);
    const auto number = std::atoi(text->c_str());
    REQUIRE(number > last);
    REQUIRE(*text == std::to_string(number) + padding);
    last = number;
  }
}

TEST_CASE("tls transport: a reloaded certificate serves new connections, the old ones live on") {
  tls_fixture at;
  auto old_client = at.shard->open_websocket(tls());
  CHECK(old_client.certificate_name() == "first");
  at.files.make("second");
  CHECK_FALSE(at.context->reload());
  CHECK(at.shard->open_websocket(tls()).certificate_name() == "second");
  at.shard->on_shard([&] {
    at.shard->shard.for_each_websocket([&](connection_id id) {
      at.shard->shard.send(id, {prepare_text_frame("still"), 0, frame_kind::state});
    });
  });
  CHECK(old_client.read_text() == "still");
}

TEST_CASE("tls transport: a bad file is named, and a failed reload keeps the old certificate") {
  tls_fixture at;
  const auto missing = tls_context::load("/nowhere/certificate.pem", at.files.key());
  REQUIRE_FALSE(missing);
  CHECK(message_of(missing.error()) == "listen.tls_certificate: /nowhere/certificate.pem: No such file or directory");
  std::ofstream(at.files.certificate()) << "not a certificate";
  const auto error = at.context->reload();
  CHECK(message_of(error).find(at.files.certificate()) != std::string::npos);
  CHECK(at.shard->open_websocket(tls()).certificate_name() == "first");
  certificates others;
  others.make("other");
  at.files.make("third");
  const auto mixed = tls_context::load(at.files.certificate(), others.key());
  REQUIRE_FALSE(mixed);
  CHECK(message_of(mixed.error()).starts_with("listen.tls_key: " + others.key() + ": "));
}
