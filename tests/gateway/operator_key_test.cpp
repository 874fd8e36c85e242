#include "config/error.hpp"
#include "gateway/operator_key.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace machiai;

namespace {

struct temporary_folder {
  std::filesystem::path path;

  temporary_folder() {
    auto name = (std::filesystem::temp_directory_path() / "machiai-key-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()));
    path = name;
  }
  ~temporary_folder() { std::filesystem::remove_all(path); }
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;

  std::string file(const char* name) const { return (path / name).string(); }
};

std::string content_of(const std::string& file) {
  std::ostringstream text;
  text << std::ifstream{file}.rdbuf();
  return text.str();
}

std::string refusal_of(const std::string& file) {
  const auto key = load_or_create_operator_key(file);
  return key ? "accepted" : message_of(key.error());
}

} // namespace

TEST_CASE("operator key: is made once with mode 0600 and is the same ever after") {
  const temporary_folder folder;
  const auto file = folder.file("store.db.operator-key");
  CHECK_FALSE(load_operator_key(file));
  const auto made = load_or_create_operator_key(file);
  REQUIRE_MESSAGE(made, message_of(made.error()));
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0600);
  const auto again = load_or_create_operator_key(file);
  REQUIRE(again);
  CHECK(again->signing.id() == made->signing.id());
  CHECK(*again->signing.sign("data") == *made->signing.sign("data"));
  const auto sealed = made->sealing.seal(clinic_id{"c"}, key_id{"k"}, "secret");
  CHECK(*again->sealing.open(clinic_id{"c"}, key_id{"k"}, sealed) == "secret");
  CHECK(std::distance(std::filesystem::directory_iterator{folder.path}, {}) == 1);
}

TEST_CASE("operator key: two files hold two keys") {
  const temporary_folder folder;
  const auto a = load_or_create_operator_key(folder.file("a"));
  const auto b = load_or_create_operator_key(folder.file("b"));
  CHECK(a->signing.id() != b->signing.id());
  CHECK(*a->signing.sign("data") != *b->signing.sign("data"));
}

TEST_CASE("operator key: a file that others may read, or that is no key, is refused by name") {
  const temporary_folder folder;
  const auto file = folder.file("key");
  REQUIRE(load_or_create_operator_key(file));
  const auto good = content_of(file);
  for (const auto mode : {0644, 0640, 0604, 0620, 0602}) {
    REQUIRE(::chmod(file.c_str(), static_cast<mode_t>(mode)) == 0);
    CHECK(refusal_of(file) == file + ": others than its owner may read or write it; chmod 600 it");
  }
  REQUIRE(::chmod(file.c_str(), 0400) == 0);
  CHECK(refusal_of(file) == "accepted");
  REQUIRE(::chmod(file.c_str(), 0600) == 0);
  for (const auto& text :
       {std::string{}, good.substr(0, good.size() / 2), std::string{"[]"}, std::string{R"({"kty":"oct"})"},
        std::string{R"({"kty":"oct","alg":"HS256","kid":"a b","k":"AAAA"})"},
        std::string{R"({"kty":"oct","alg":"HS256","kid":"a","k":"AAAA"})"},
        std::string{R"({"kty":"oct","alg":"HS256","kid":"a","k":"AAA="})"}, std::string(10'000, 'a')}) {
    std::ofstream{file} << text;
    CAPTURE(text.substr(0, 80));
    CHECK(refusal_of(file).starts_with(file + ": "));
    CHECK(content_of(file) == text);
  }
  CHECK(refusal_of(folder.path.string()).find("is not a file") != std::string::npos);
  CHECK(refusal_of(folder.file("missing/key")).starts_with(folder.file("missing/key")));
}

TEST_CASE("operator key: engines that start at once end up with one key") {
  const temporary_folder folder;
  for (int round = 0; round < 20; ++round) {
    const auto file = folder.file(std::to_string(round).c_str());
    // Processes, not threads: the draft's name is per process.
    for (int child = 0; child < 4; ++child)
      if (::fork() == 0) {
        const auto key = load_or_create_operator_key(file);
        std::ofstream{file + ".id-" + std::to_string(child)} << (key ? key->signing.id().value : "");
        ::_exit(0);
      }
    for (int child = 0; child < 4; ++child)
      ::wait(nullptr);
    std::set<std::string> ids;
    for (int child = 0; child < 4; ++child)
      ids.insert(content_of(file + ".id-" + std::to_string(child)));
    CHECK(ids.size() == 1);
    CHECK(ids.begin()->starts_with("operator-"));
  }
}

TEST_CASE("operator key: by default it is beside a SQLite store") {
  CHECK(default_operator_key_file("sqlite:/var/lib/machiai/machiai.db") == "/var/lib/machiai/machiai.db.operator-key");
  CHECK(default_operator_key_file("postgresql://localhost/machiai") == "machiai.operator-key");
}
