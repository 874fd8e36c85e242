#include "config/error.hpp"
#include "gateway/content_coding.hpp"
#include "gateway/page_files.hpp"
#include "tests/support/shard_fixture.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <sys/stat.h>

using namespace machiai;
using namespace machiai::test;

namespace {

namespace fs = std::filesystem;

page_folder small_folder() {
  return {{"console.html", "<p>console"},  {"patient.html", "<p>patient"},      {"guest.html", "<p>guest"},
          {"assets/a-1.js", "let a = 1;"}, {"assets/a-1.js.br", "short br"},    {"assets/a-1.js.gz", "short gz"},
          {"favicon.svg", "<svg/>"},       {"console.html.gz", "console as gz"}};
}

page_files small_pages(bool is_tls = false) {
  auto made = page_files::make(small_folder(), is_tls);
  REQUIRE(made);
  return std::move(*made);
}

http_request asks(std::string_view target, http_headers headers = {}, std::string_view method = "GET") {
  http_request request;
  request.method = method;
  request.target = target;
  request.headers = std::move(headers);
  return request;
}

std::string header(const http_response& response, std::string_view name) {
  http_request probe;
  probe.headers = response.headers;
  return std::string(probe.header(name));
}

std::string body(const http_response& response) {
  return response.shared_body ? *response.shared_body : response.body;
}

void write(const fs::path& path, std::string_view text) {
  fs::create_directories(path.parent_path());
  std::ofstream{path} << text;
}

std::string complaint(const fs::path& folder, std::size_t bytes_max = 1000) {
  const auto read = read_page_folder(folder, bytes_max);
  if (read)
    return "";
  CHECK(code_of(read.error()) == ec::bad_setting);
  return message_of(read.error());
}

constexpr auto br = content_coding::brotli;
constexpr auto gzip = content_coding::gzip;
constexpr auto identity = content_coding::identity;

} // namespace

TEST_CASE("content coding: what is wanted most is chosen, and of equals the smallest") {
  CHECK(choose_coding("gzip, deflate, br, zstd", true, true) == br);
  CHECK(choose_coding("gzip, deflate, br", false, true) == gzip);
  CHECK(choose_coding("br;q=0.5, gzip;q=0.8", true, true) == gzip);
  CHECK(choose_coding("BR ; Q=1.000", true, true) == br);
  CHECK(choose_coding("x-gzip", true, true) == gzip);
  CHECK(choose_coding("*", true, true) == br);
  CHECK(choose_coding("br;q=0, *;q=0.1", true, true) == gzip);
  CHECK(choose_coding("identity, gzip;q=0.5", true, true) == identity);
}

TEST_CASE("content coding: without a word, or a word we do not have, it is identity, unless that is refused") {
  CHECK(choose_coding("", true, true) == identity);
  CHECK(choose_coding("zstd", true, true) == identity);
  CHECK(choose_coding("br", false, false) == identity);
  CHECK(choose_coding("br;q=0", true, true) == identity);
  CHECK(choose_coding("identity;q=0, br", false, true) == std::nullopt);
  CHECK(choose_coding("*;q=0", true, true) == std::nullopt);
  CHECK(choose_coding("*;q=0, identity;q=0.1", true, true) == identity);
}

TEST_CASE("content coding: a weight that is none is no wish") {
  for (const auto* weight : {"q=", "q=2", "q=1.5e", "q=0.12345", "q=-1", "level=9", "q=0,5"})
    CHECK(choose_coding(std::string("br;") + weight, true, true) == identity);
  CHECK(choose_coding("br;q=1.999", true, false) == br);
  CHECK(choose_coding(",,;,br", true, true) == br);
}

TEST_CASE("page files: every address of a page leads to its document") {
  const auto pages = small_pages();
  for (const auto* path : {"/console", "/console/history", "/console/usage", "/console?x=1"})
    CHECK(body(pages.answer(asks(path))) == "<p>console");
  for (const auto* path : {"/p/c1", "/p/c1/r1", "/p/", "/p/%20garbled"})
    CHECK(body(pages.answer(asks(path))) == "<p>patient");
  CHECK(body(pages.answer(asks("/g/c1/r1"))) == "<p>guest");
  const auto root = pages.answer(asks("/"));
  CHECK(root.status == 302);
  CHECK(header(root, "Location") == "/console");
  const auto slash = pages.answer(asks("/console/history/"));
  CHECK(slash.status == 302);
  CHECK(header(slash, "Location") == "/console/history");
}

TEST_CASE("page files: only names of files are found, and no file above them") {
  const auto pages = small_pages();
  for (const auto* path : {"/console/x",
                           "/consolex",
                           "/console.html",
                           "/assets",
                           "/assets/",
                           "/assets/a-1.jsx",
                           "/assets/../console.html",
                           "/assets/%2e%2e/favicon.svg",
                           "/assets/..%2ffavicon.svg",
                           "/assets//a-1.js",
                           "//assets/a-1.js",
                           "/./favicon.svg",
                           "/assets/a-1.js.gz",
                           "/assets/a-1.js.br",
                           "/%66avicon.svg",
                           "",
                           "*",
                           "favicon.svg",
                           "/../etc/passwd",
                           "/p",
                           "/g",
                           "/assets/a-1.js\\",
                           "/ASSETS/a-1.js"}) {
    const auto response = pages.answer(asks(path));
    CHECK_MESSAGE(response.status == 404, path);
    CHECK(response.content_type == "text/plain; charset=utf-8");
  }
  CHECK(body(pages.answer(asks("/assets/a-1.js"))) == "let a = 1;");
  CHECK(body(pages.answer(asks("/favicon.svg"))) == "<svg/>");
}

TEST_CASE("page files: the coded form a client understands is sent, and named") {
  const auto pages = small_pages();
  const auto as_br = pages.answer(asks("/assets/a-1.js", {{"accept-encoding", "gzip"}, {"Accept-Encoding", "br"}}));
  CHECK(body(as_br) == "short br");
  CHECK(header(as_br, "Content-Encoding") == "br");
  CHECK(as_br.content_type == "text/javascript; charset=utf-8");
  const auto as_it_is = pages.answer(asks("/favicon.svg", {{"Accept-Encoding", "br, gzip"}}));
  CHECK(header(as_it_is, "Content-Encoding").empty());
  CHECK(header(as_it_is, "Vary") == "Accept-Encoding");
  CHECK(header(as_it_is, "ETag") != header(as_br, "ETag"));
  CHECK(pages.answer(asks("/favicon.svg", {{"Accept-Encoding", "identity;q=0"}})).status == 406);
  CHECK(body(pages.answer(asks("/console", {{"Accept-Encoding", "gzip"}}))) == "console as gz");
}

TEST_CASE("page files: documents are asked for anew each time, assets never again") {
  const auto pages = small_pages();
  const auto document = pages.answer(asks("/console"));
  CHECK(header(document, "Cache-Control") == "no-cache");
  CHECK(header(pages.answer(asks("/favicon.svg")), "Cache-Control") == "no-cache");
  const auto asset = pages.answer(asks("/assets/a-1.js"));
  CHECK(header(asset, "Cache-Control") == "public, max-age=31536000, immutable");
  const auto tag = header(document, "ETag");
  for (const auto& known : {tag, "W/" + tag, "\"x\", " + tag + " ", std::string("*")}) {
    const auto again = pages.answer(asks("/console", {{"If-None-Match", known}}));
    CHECK(again.status == 304);
    CHECK(body(again).empty());
    CHECK(header(again, "ETag") == tag);
    CHECK(header(again, "Vary") == "Accept-Encoding");
  }
  CHECK(pages.answer(asks("/console", {{"If-None-Match", "\"x\", W/"}})).status == 200);
  // The other form is another representation.
  CHECK(pages.answer(asks("/console", {{"If-None-Match", tag}, {"Accept-Encoding", "gzip"}})).status == 200);
}

TEST_CASE("page files: the policy lets in nothing but ourselves, and names the host only if it is one") {
  const auto pages = small_pages();
  const auto policy = [&](const std::string& host) {
    return header(pages.answer(asks("/p/c1", {{"Host", host}})), "Content-Security-Policy");
  };
  CHECK(policy("clinic.example:8080") ==
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
        "connect-src 'self' ws://clinic.example:8080 wss://clinic.example:8080; font-src 'self'; manifest-src 'self'; "
        "form-action 'none'; frame-ancestors 'none'; base-uri 'none'");
  CHECK(policy("[::1]:80").find("ws://[::1]:80 ") != std::string::npos);
  for (const auto* host : {"", "a b", "a;script-src *", "*", "a/b", "a'b", "a,b"})
    CHECK(policy(host).find("connect-src 'self';") != std::string::npos);
}

TEST_CASE("page files: browsers are told to come by TLS for good only by an engine that speaks it") {
  CHECK(header(small_pages(false).answer(asks("/console")), "Strict-Transport-Security").empty());
  CHECK(header(small_pages(true).answer(asks("/console")), "Strict-Transport-Security") == "max-age=31536000");
  CHECK(header(small_pages(true).answer(asks("/")), "Strict-Transport-Security") == "max-age=31536000");
}

TEST_CASE("page files: pages are only read") {
  const auto pages = small_pages();
  CHECK(pages.answer(asks("/console", {}, "HEAD")).status == 200);
  for (const auto* method : {"POST", "PUT", "DELETE", "OPTIONS"}) {
    const auto response = pages.answer(asks("/console", {}, method));
    CHECK(response.status == 405);
    CHECK(header(response, "Allow") == "GET, HEAD");
    CHECK(pages.answer(asks("/nothing", {}, method)).status == 404);
  }
}

TEST_CASE("page files: a folder without one of the documents is a mistake") {
  for (const auto* name : {"console.html", "patient.html", "guest.html"}) {
    auto folder = small_folder();
    folder.erase(name);
    const auto made = page_files::make(folder, false);
    REQUIRE(!made);
    CHECK(code_of(made.error()) == ec::bad_setting);
    CHECK(message_of(made.error()).find(name) != std::string::npos);
  }
}

TEST_CASE("page folder: all files are read, but for hidden ones") {
  const temporary_directory at;
  write(at.path() / "console.html", "<p>");
  write(at.path() / "assets/deep/a.js", std::string("a\0b", 3));
  write(at.path() / ".vite/manifest.json", "{}");
  write(at.path() / "assets/.keep", "");
  fs::create_symlink(at.path() / "console.html", at.path() / "same.html");
  const auto read = read_page_folder(at.path(), 1000);
  REQUIRE(read);
  CHECK(*read ==
        page_folder{{"assets/deep/a.js", std::string("a\0b", 3)}, {"console.html", "<p>"}, {"same.html", "<p>"}});
}

TEST_CASE("page folder: what leads out of it, is no file or is too much is refused by name") {
  const temporary_directory outside;
  write(outside.path() / "secret", "s");
  const temporary_directory at;
  CHECK(complaint(at.path() / "missing").find("missing") != std::string::npos);
  CHECK(complaint(outside.path() / "secret").find("is no folder") != std::string::npos);
  write(at.path() / "a", std::string(500, 'a'));
  CHECK(complaint(at.path(), 500).find("larger than 500 bytes") != std::string::npos);
  CHECK(complaint(at.path(), 501).empty());
  fs::create_symlink(outside.path() / "secret", at.path() / "link");
  CHECK(complaint(at.path()).find("link: is a link out of the folder") != std::string::npos);
  fs::remove(at.path() / "link");
  fs::create_symlink(outside.path(), at.path() / "folder");
  CHECK(complaint(at.path()).find("folder: is a link out of the folder") != std::string::npos);
  fs::remove(at.path() / "folder");
  fs::create_symlink("nowhere", at.path() / "dangling");
  CHECK(complaint(at.path()).find("dangling") != std::string::npos);
  fs::remove(at.path() / "dangling");
  REQUIRE(::mkfifo((at.path() / "pipe").c_str(), 0600) == 0);
  CHECK(complaint(at.path()).find("pipe: is no regular file") != std::string::npos);
}

TEST_CASE("http transport: a shared body larger than a connection's limit is sent whole, and HEAD counts it") {
  shard_fixture at;
  const auto shared = std::make_shared<const std::string>(3'000'000, 'x');
  at.host.answer = [&](connection_id id, const http_request&) {
    http_response response;
    response.shared_body = shared;
    at.shard.respond(id, response);
  };
  auto client = at.connect();
  for (int i = 0; i < 2; ++i)
    CHECK(client.request("GET / HTTP/1.1\r\nHost: h\r\n\r\n").body == *shared);
  client.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
  const auto head = client.read_response(true);
  CHECK(head.header("content-length") == "3000000");
}
