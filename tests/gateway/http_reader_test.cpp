#include "gateway/http_reader.hpp"
#include "gateway/upgrade_check.hpp"
#include "tests/support/websocket_frames.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace machiai;
using outcome = http_reader::outcome;

namespace {

const http_limits small{1024, 2048};

http_request parsed(const std::string& bytes) {
  http_reader reader(small);
  reader.feed(bytes);
  const auto what = reader.next();
  REQUIRE((what == outcome::request || what == outcome::upgrade));
  return reader.request();
}

std::string with_header(const std::string& lines, const std::string& body = {}) {
  return "POST /a HTTP/1.1\r\nHost: h\r\n" + lines + "\r\n" + body;
}

} // namespace

TEST_CASE("http reader: a request comes whole, whatever the pieces") {
  const std::string bytes = "PUT /v1/x?y=1 HTTP/1.1\r\nHost: h\r\nX-One:  1 \r\ncontent-length: 4\r\n\r\nbody";
  for (const bool byte_by_byte : {false, true}) {
    http_reader reader(small);
    CHECK(reader.between_requests());
    for (std::size_t i = 0; byte_by_byte && i + 1 < bytes.size(); ++i) {
      reader.feed(bytes.substr(i, 1));
      REQUIRE(reader.next() == outcome::need_more);
      REQUIRE_FALSE(reader.between_requests());
      REQUIRE(reader.in_body() == (i + 5 >= bytes.size()));
    }
    reader.feed(byte_by_byte ? bytes.substr(bytes.size() - 1) : bytes);
    REQUIRE(reader.next() == outcome::request);
    const auto& request = reader.request();
    CHECK(request.method == "PUT");
    CHECK(request.target == "/v1/x?y=1");
    CHECK(request.path() == "/v1/x");
    CHECK(request.header("x-one") == "1");
    CHECK(request.header("absent").empty());
    CHECK(request.body == "body");
    CHECK(reader.keep_alive());
    CHECK(reader.between_requests());
  }
}

TEST_CASE("http reader: chunked bodies are joined, trailers and extensions passed over") {
  const auto request =
      parsed(with_header("Transfer-Encoding: Chunked\r\n", "3;a=b\r\nabc\r\n2\r\nde\r\n0\r\nT: 1\r\n\r\n"));
  CHECK(request.body == "abcde");
}

TEST_CASE("http reader: pipelined requests come one by one in order") {
  http_reader reader(small);
  reader.feed("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\nGET /3");
  REQUIRE(reader.next() == outcome::request);
  CHECK(reader.request().target == "/1");
  CHECK(reader.keep_alive());
  REQUIRE(reader.next() == outcome::request);
  CHECK(reader.request().target == "/2");
  CHECK_FALSE(reader.keep_alive());
  CHECK(reader.next() == outcome::need_more);
}

TEST_CASE("http reader: a target in absolute form is its path") {
  const std::vector<std::pair<std::string, std::string>> table = {{"http://h/a?b=c", "/a?b=c"},
                                                                  {"HTTPS://h:1/a", "/a"},
                                                                  {"http://h", "/"},
                                                                  {"http://h?b", "/?b"},
                                                                  {"/http://h/a", "/http://h/a"}};
  for (const auto& [target, path] : table) {
    http_reader reader(small);
    reader.feed("GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n");
    REQUIRE(reader.next() == outcome::request);
    CHECK(reader.request().target == path);
  }
}

TEST_CASE("http reader: every malformed or oversized request has its status") {
  const std::vector<std::pair<std::string, int>> table = {
      {"nonsense\r\n\r\n", 400},
      {"GET /a HTTP/1.1\r\nHost: h\nX: y\r\n\r\n", 400},
      {"GET /a HTTP/2.0\r\nHost: h\r\n\r\n", 505},
      {"GET /a HTTP/1.1\nHost: h\n\n", 400},
      {with_header("Authorization: Bearer a\r\nAuthorization: Bearer b\r\n"), 400},
      {with_header("Idempotency-Key: a\r\nidempotency-key: a\r\n"), 400},
      {with_header("Content-Type: a/b\r\nContent-Type: a/b\r\n"), 400},
      {"GET /a HTTP/1.1\r\n\r\n", 400},
      {"GET /a HTTP/1.1\r\nHost: h\r\nHost: i\r\n\r\n", 400},
      {"BREW /a HTTP/1.1\r\nHost: h\r\n\r\n", 501},
      {"GET /a HTTP/1.1\r\nHost : h\r\n\r\n", 400},
      {with_header("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"), 400},
      {with_header("Content-Length: 3\r\nContent-Length: 4\r\n", "abcd"), 400},
      {with_header("Content-Length: 3, 4\r\n", "abc"), 400},
      {with_header("Content-Length: +3\r\n", "abc"), 400},
      {with_header("Content-Length: -1\r\n"), 400},
      {with_header("Content-Length: 99999999999999999999999\r\n"), 400},
      {with_header("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "abc"), 400},
      {with_header("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "abc"), 400},
      {with_header("Transfer-Encoding: gzip\r\n"), 501},
      {with_header("Transfer-Encoding: gzip, chunked\r\n"), 501},
      {with_header("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"), 400},
      {"POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {with_header("Transfer-Encoding: chunked\r\n", "zz\r\n"), 400},
      {with_header("Expect: a-pony\r\nContent-Length: 1\r\n"), 417},
      {with_header("Content-Length: 2049\r\n"), 413},
      {with_header("Transfer-Encoding: chunked\r\n", "801\r\n" + std::string(2049, 'x') + "\r\n0\r\n\r\n"), 413},
      {with_header("X: " + std::string(1100, 'x') + "\r\n"), 431},
      {"GET /" + std::string(5000, 'x'), 431},
  };
  for (const auto& [bytes, status] : table) {
    const auto sent = bytes.substr(0, 200);
    CAPTURE(sent);
    http_reader reader(small);
    reader.feed(bytes);
    REQUIRE(reader.next() == outcome::refused);
    CHECK(reader.refusal().status == status);
    CHECK(reader.refusal().content_type == "application/problem+json");
  }
}

TEST_CASE("http reader: an expected 100 Continue is reported once, before the body") {
  http_reader reader(small);
  reader.feed(with_header("Expect: 100-continue\r\nContent-Length: 2\r\n"));
  CHECK(reader.next() == outcome::need_more);
  CHECK(reader.take_expects_continue());
  CHECK_FALSE(reader.take_expects_continue());
  reader.feed("ab");
  CHECK(reader.next() == outcome::request);
}

TEST_CASE("http reader: what follows an upgrade is left untouched") {
  http_reader reader(small);
  reader.feed(upgrade_request() + "\x81\x80rest");
  CHECK(reader.next() == outcome::upgrade);
  CHECK(reader.take_rest() == "\x81\x80rest");
}

TEST_CASE("http reader: an upgrade to something else is an ordinary request, one with a body is refused") {
  http_reader other(small);
  other.feed("GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n");
  CHECK(other.next() == outcome::request);
  http_reader with_body(small);
  with_body.feed(upgrade_request("machiai.v1", "Content-Length: 3\r\n") + "abc");
  CHECK(with_body.next() == outcome::refused);
}

TEST_CASE("upgrade check: only a right request passes, each fault has its status") {
  const upgrade_policy policy{{"https://clinic.example", "https://other.example:8443"}};
  const auto status = [&](const std::string& subprotocol, const std::string& extra) {
    const auto answer = check_upgrade(parsed(upgrade_request(subprotocol, extra)), policy);
    return answer ? answer->status : 101;
  };
  CHECK(status("machiai.v1", "") == 101);
  CHECK(status("a, machiai.v1", "") == 101);
  CHECK(status("a", "Sec-WebSocket-Protocol: machiai.v1\r\n") == 101);
  CHECK(status("", "") == 400);
  CHECK(status("machiai.v10", "") == 400);
  CHECK(status("machiai.v1", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n") == 400);
  const auto origin = [&](const std::string& value) { return status("machiai.v1", "Origin: " + value + "\r\n"); };
  CHECK(origin("https://clinic.example") == 101);
  CHECK(origin("https://CLINIC.example") == 101);
  CHECK(origin("https://other.example:8443") == 101);
  for (const auto* wrong : {"https://clinic.example.evil.example", "https://evilclinic.example",
                            "http://clinic.example", "https://clinic.example:444", "https://other.example", "null",
                            "https://clinic.example/", "https://clinic.example, https://evil.example"})
    CHECK(origin(wrong) == 403);
  CHECK(status("machiai.v1", "Origin: https://clinic.example\r\nOrigin: https://clinic.example\r\n") == 403);
  CHECK(origin_allowed("null", {}));
}

TEST_CASE("upgrade check: a right request is answered with the accept key of RFC 6455 and the subprotocol") {
  const auto answer = accept_upgrade(parsed(upgrade_request(
      "other, machiai.v1", "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n")));
  CHECK(answer.starts_with("HTTP/1.1 101 "));
  CHECK(answer.find("\r\nUpgrade: websocket\r\n") != std::string::npos);
  CHECK(answer.find("\r\nConnection: Upgrade\r\n") != std::string::npos);
  CHECK(answer.find("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n") != std::string::npos);
  CHECK(answer.find("\r\nSec-WebSocket-Protocol: machiai.v1\r\n") != std::string::npos);
  CHECK(answer.find("Extensions") == std::string::npos);
  CHECK(answer.find("\r\n\r\n") == answer.size() - 4);
}

TEST_CASE("upgrade check: where the subprotocol may be left out, nobody is told one that was not offered") {
  const auto request = parsed(upgrade_request("chat"));
  CHECK_FALSE(check_upgrade(request, {{}, false}));
  CHECK(accept_upgrade(request).find("Sec-WebSocket-Protocol") == std::string::npos);
}

TEST_CASE("upgrade check: method, version and key are checked") {
  auto request = parsed(upgrade_request());
  const auto status_with = [&](const std::string& name, const std::string& value) {
    auto changed = request;
    for (auto& [key, old] : changed.headers)
      if (key == name)
        old = value;
    const auto answer = check_upgrade(changed, {});
    return answer ? answer->status : 101;
  };
  CHECK(status_with("Sec-WebSocket-Version", "8") == 426);
  CHECK(status_with("Sec-WebSocket-Version", "") == 426);
  for (const auto* key : {"", "dGhlIHNhbXBsZSBub25jZQ",
                          "dGhlIHNhbXBsZSBub25jZR==", "dGhlIHNhbXBsZSBub25jZ!==", "dGhlIHNhbXBsZSBub25jZSBsb25nZXI="})
    CHECK(status_with("Sec-WebSocket-Key", key) == 400);
  request.method = "POST";
  CHECK(status_with("", "") == 405);
}

TEST_CASE("http answers: lengths are counted, HEAD has no body, line breaks cannot be smuggled in") {
  http_response response;
  response.body = "{}";
  response.headers.emplace_back("X-Good", "1");
  response.headers.emplace_back("X-Bad", "1\r\nSet-Cookie: a");
  const auto text = serialize(response, true, false);
  CHECK(text.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(text.find("Content-Length: 2\r\n") != text.npos);
  CHECK(text.find("X-Good: 1\r\n") != text.npos);
  CHECK(text.find("Set-Cookie") == text.npos);
  CHECK(text.ends_with("\r\n\r\n{}"));
  CHECK(serialize(response, false, true).ends_with("Connection: close\r\n\r\n"));
  response.status = 204;
  CHECK(serialize(response, true, false).find("Content-Length") == text.npos);
  CHECK(
      problem_response(404, ec::not_found, "x \"y\"").body ==
      R"({"type":"about:blank","title":"Not Found","status":404,"detail":"x \"y\"","code":"not_found","retryable":false})");
}
