#include "config/error.hpp"
#include "config/load_settings.hpp"
#include "config/settings_table.hpp"
#include "config/validate_settings.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <unistd.h>

using namespace machiai;

namespace {

std::string failure_of(std::string_view toml, const environment_variables& variables = {}) {
  const auto result = parse_settings(toml, "machiai.toml", variables);
  REQUIRE_FALSE(result);
  CHECK(code_of(result.error()) == ec::bad_setting);
  return message_of(result.error());
}

/// `section.key` and the type of every member, read from the header itself.
std::map<std::string, std::string> members_in_header() {
  std::ifstream stream{std::string{MACHIAI_SOURCE_DIR} + "/config/settings.hpp"};
  std::map<std::string, std::string> result;
  const std::regex open{R"(^struct (\w+)_settings \{)"};
  const std::regex member{R"(^  (uint32_t|std::string|std::vector<std::string>) (\w+)( =.*)?;)"};
  std::string section;
  for (std::string line; std::getline(stream, line);) {
    std::smatch match;
    if (std::regex_search(line, match, open))
      section = match[1];
    else if (std::regex_search(line, match, member))
      result[section + '.' + match[2].str()] = match[1];
  }
  return result;
}

} // namespace

TEST_CASE("settings table: holds exactly the members of the structs") {
  const auto members = members_in_header();
  CHECK(members.size() > 60);
  std::set<std::string> rows;
  for (const auto& row : settings_table()) {
    CHECK_MESSAGE(rows.insert(setting_name(row)).second, setting_name(row) << " stands twice");
    CHECK_MESSAGE(members.contains(setting_name(row)), setting_name(row));
  }
  for (const auto& [name, type] : members) {
    const auto& member = name;
    CHECK_MESSAGE(rows.contains(member), member << " is missing in the table");
  }
}

TEST_CASE("settings table: a unit is the end of its key, a description is one line") {
  for (const auto& row : settings_table()) {
    CAPTURE(setting_name(row));
    CHECK(row.minimum <= row.maximum);
    CHECK(row.description.size() > 10);
    CHECK(row.description.find('\n') == std::string_view::npos);
    const bool ends_in_unit = row.unit.empty() || row.key.ends_with("_" + std::string{row.unit}) ||
                              row.key.find("_" + std::string{row.unit} + "_") != std::string_view::npos;
    CHECK(ends_in_unit);
    if (row.key.ends_with("_ms") || row.key.ends_with("_us") || row.key.ends_with("_yen"))
      CHECK_FALSE(row.unit.empty());
  }
}

TEST_CASE("settings: the defaults are valid and an empty file gives them") {
  CHECK_FALSE(validate_settings({}));
  const auto result = parse_settings("", "machiai.toml", {});
  REQUIRE(result);
  CHECK(result->connection.message_bytes_max == 64 * 1024);
  CHECK(result->store.url == "sqlite:machiai.db");
}

TEST_CASE("settings: every number is read, and refused past either end of its range") {
  for (const auto& row : settings_table()) {
    const auto* number = std::get_if<number_member>(&row.member);
    if (!number)
      continue;
    CAPTURE(setting_name(row));
    const auto line = "[" + std::string{row.section} + "]\n" + std::string{row.key} + " = ";
    CHECK(failure_of(line + std::to_string(int64_t{row.maximum} + 1)) ==
          "machiai.toml:2: " + setting_name(row) + ": " + std::to_string(int64_t{row.maximum} + 1) +
              " is above its maximum " + std::to_string(row.maximum));
    const auto low = failure_of(line + std::to_string(int64_t{row.minimum} - 1));
    CHECK(low.starts_with("machiai.toml:2: " + setting_name(row) + ": "));
    CHECK(low.ends_with(" is below its minimum " + std::to_string(row.minimum)));
    settings changed;
    (*number)(changed) = row.maximum + 1;
    CHECK(validate_settings(changed));
  }
}

TEST_CASE("settings: a file's values and the environment's, which win, arrive") {
  const auto* toml = "[listen]\naddress = \"[::1]:9000\"\nallowed_origins = [\"https://a.example\"]\n"
                     "[presence]\nleave_after_ms = 20000\n";
  const environment_variables variables{{"MACHIAI_PRESENCE_LEAVE_AFTER_MS", "25000"},
                                        {"MACHIAI_LISTEN_ALLOWED_ORIGINS", "https://b.example,http://c.example:8080"},
                                        {"MACHIAI_STORE_URL", "postgresql://localhost/machiai"},
                                        {"MACHIAI_TEST_SEED", "1"}};
  const auto result = parse_settings(toml, "machiai.toml", variables);
  REQUIRE_MESSAGE(result, message_of(result.error()));
  CHECK(result->listen.address == "[::1]:9000");
  CHECK(result->listen.allowed_origins == std::vector<std::string>{"https://b.example", "http://c.example:8080"});
  CHECK(result->presence.leave_after_ms == 25000);
  CHECK(result->store.url == "postgresql://localhost/machiai");
}

TEST_CASE("settings: what is wrong is named with file, line and key") {
  CHECK(failure_of("[connection]\nmessage_bytes_max = 10") ==
        "machiai.toml:2: connection.message_bytes_max: 10 is below its minimum 1024");
  CHECK(failure_of("\n[conection]\n") == "machiai.toml:2: conection: there is no such section");
  CHECK(failure_of("listen = 1") == "machiai.toml:1: listen: must be a section, [listen]");
  CHECK(failure_of("[store]\n\nURL = \"x\"") == "machiai.toml:3: store.URL: there is no such setting");
  CHECK(failure_of("[store]\nurl = 5") == "machiai.toml:2: store.url: is a whole number, must be a text in quotes");
  CHECK(failure_of("[room]\ninvites_max = \"5\"") ==
        "machiai.toml:2: room.invites_max: is a text, must be a whole number");
  CHECK(failure_of("[room]\ninvites_max = 5.0") ==
        "machiai.toml:2: room.invites_max: is a number with decimals, must be a whole number");
  CHECK(failure_of("[room]\ninvites_max = -1") == "machiai.toml:2: room.invites_max: -1 is below its minimum 0");
  CHECK(failure_of("[listen]\nallowed_origins = [1]").starts_with("machiai.toml:2: listen.allowed_origins"));
  CHECK(failure_of("[room]\ninvites_max = 5\ninvites_max = 6").starts_with("machiai.toml:3: "));
  CHECK(failure_of("[room\n").starts_with("machiai.toml:1: "));
  CHECK(failure_of("[room]\ninvites_max = 99999999999999999999").starts_with("machiai.toml:2: "));
  CHECK(failure_of("", {{"MACHIAI_ROOM_INVITES_MAX", "5x"}}) ==
        "MACHIAI_ROOM_INVITES_MAX: room.invites_max: \"5x\" is not a whole number");
  CHECK(failure_of("", {{"MACHIAI_ROOM_INVITES_MAX", "5000"}}) ==
        "MACHIAI_ROOM_INVITES_MAX: room.invites_max: 5000 is above its maximum 1000");
  CHECK(failure_of("", {{"MACHIAI_ROOM_INVITE", "5"}}) == "MACHIAI_ROOM_INVITE: there is no such setting");
}

TEST_CASE("settings: texts have a form") {
  for (const auto* address : {"8080", ":8080", "localhost", "localhost:", "localhost:65536", "localhost:-1", "::1:80",
                              "localhost:80x", "myhost:8080", "[::1:80", "1.2.3:80"})
    CHECK(failure_of("[listen]\naddress = \"" + std::string{address} + "\"") ==
          "machiai.toml:2: listen.address: \"" + std::string{address} +
              "\" is not IP:PORT, [IPv6]:PORT or localhost:PORT");
  for (const auto* origin : {"example.org", "https://example.org/", "https://", "null", "ftp://a"})
    CHECK(failure_of("[listen]\nallowed_origins = [\"" + std::string{origin} + "\"]").find(origin) !=
          std::string::npos);
  CHECK(failure_of("[log]\nlevel = \"loud\"").starts_with("machiai.toml:2: log.level: \"loud\" is none of"));
  const auto url = failure_of("[store]\nurl = \"mysql://user:secret@host/db\"");
  CHECK(url.find("secret") == std::string::npos);
  CHECK(url.starts_with("machiai.toml:2: store.url: must be"));
}

TEST_CASE("settings: what they ask of each other is checked and blamed on the one that was given") {
  CHECK(failure_of("[connection]\nsend_soft_bytes = 1048576") ==
        "machiai.toml:2: connection.send_soft_bytes: 1048576 must be below "
        "connection.send_hard_bytes (1048576)");
  CHECK(failure_of("[connection]\nsend_hard_bytes = 8192") ==
        "machiai.toml:2: connection.send_hard_bytes: 8192 must be above "
        "connection.send_soft_bytes (262144)");
  CHECK(failure_of("[connection]\ndoubt_after_ms = 10000").find("dead_after_ms") != std::string::npos);
  CHECK(failure_of("[connection]\nbeat_interval_ms = 10000").find("dead_after_ms") != std::string::npos);
  CHECK(failure_of("[command]\nin_flight_per_clinic_max = 16") ==
        "machiai.toml:2: command.in_flight_per_clinic_max: 16 must not be below "
        "command.in_flight_per_session_max (32)");
  CHECK(failure_of("[store]\nwaiting_rows_max = 100").find("batch_rows_max") != std::string::npos);
  CHECK(failure_of("[connection]\nmessage_bytes_max = 2048").find("hello_bytes_max") != std::string::npos);
  CHECK(failure_of("[drain]\nhard_limit_ms = 1000").find("reconnect_window_ms") != std::string::npos);
  CHECK(failure_of("[token]\nlifetime_max_ms = 60000\nguest_lifetime_ms = 60000").find("leeway_ms") !=
        std::string::npos);
  CHECK(failure_of("[token]\nlifetime_max_ms = 3600000").find("guest_lifetime_ms") != std::string::npos);
  CHECK(failure_of("[billing]\nadditional_basis = \"seats\"").find("none of persons, peak") != std::string::npos);
  CHECK(failure_of("[listen]\ntls_key = \"a.pem\"").find("come together") != std::string::npos);
  CHECK(failure_of("[listen]\naddress = \"127.0.0.1:9464\"").find("two ports") != std::string::npos);
  CHECK(parse_settings("[listen]\naddress = \"127.0.0.1:0\"\nadmin_address = \"127.0.0.1:0\"", "machiai.toml", {}));
}

TEST_CASE("settings: connections must fit below the descriptor limit, the default is lowered to it") {
  settings given;
  CHECK_FALSE(fit_connections(given, {}, 1024));
  CHECK(given.connection.connections_max == 1024 - descriptors_reserved);
  given.connection.connections_max = 18000;
  const setting_origins origins{{"connection.connections_max", "machiai.toml:3"}};
  CHECK_FALSE(fit_connections(given, origins, 18000 + descriptors_reserved));
  const auto error = fit_connections(given, origins, 18000 + descriptors_reserved - 1);
  REQUIRE(error);
  CHECK(message_of(error).starts_with("machiai.toml:3: connection.connections_max: 18000 does not fit"));
}

TEST_CASE("settings: a file is read, one that cannot be read is named") {
  const auto path =
      (std::filesystem::temp_directory_path() / ("machiai-settings-" + std::to_string(::getpid()))).string();
  std::ofstream{path} << "[room]\ninvites_max = 7\n";
  const auto result = load_settings(path, {});
  REQUIRE(result);
  CHECK(result->room.invites_max == 7);
  std::ofstream{path} << "";
  CHECK(load_settings(path, {}));
  std::filesystem::remove(path);
  for (const auto& missing : {path, std::filesystem::temp_directory_path().string()}) {
    const auto refused = load_settings(missing, {});
    REQUIRE_FALSE(refused);
    CHECK(code_of(refused.error()) == ec::system_failure);
    CHECK(message_of(refused.error()).find(missing + ": cannot be read") != std::string::npos);
  }
}

TEST_CASE("settings table: a value is shown as TOML would have it") {
  settings given;
  given.listen.allowed_origins = {"https://a", "https://b"};
  given.store.url = "sqlite:a\"b\n\x7F";
  std::map<std::string, std::string> shown;
  for (const auto& row : settings_table())
    shown[setting_name(row)] = setting_value(row, given);
  CHECK(shown["listen.allowed_origins"] == R"(["https://a", "https://b"])");
  CHECK(shown["store.url"] == R"("sqlite:a\"b\u000a\u007f")");
  CHECK(shown["billing.unit_yen"] == "100");
}
