#include "store/json_codec.hpp"
#include "store/repeated_key.hpp"

#include <doctest/doctest.h>

using namespace machiai;

TEST_CASE("repeated key: the name of a member that comes twice in one object is found, however it is written") {
  CHECK(repeated_key(R"({"a":1,"b":2,"a":3})") == "a");
  CHECK(repeated_key(R"({"room":"r1","r\u006fom":"r2"})") == "room");
  CHECK(repeated_key(R"({"x":[1,{"y":{},"z":[],"y":null}]})") == "y");
  CHECK(repeated_key(R"({"":1,"":1})") == "");
  CHECK(repeated_key("{\"待合\":1,\"待合\":1}") == "??????");
  CHECK(repeated_key("{\"" + std::string(500, 'k') + "\":1,\"" + std::string(500, 'k') + "\":1}") ==
        std::string(64, 'k'));
}

TEST_CASE("repeated key: the same name in two objects, or as a value, repeats nothing") {
  for (const auto* text : {R"({"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}]})", R"({"a":"a","b":"\"a\":1,\"a\":2"})", "[]",
                           "7", "", "{", R"({"a":1,)"})
    CHECK_FALSE(repeated_key(text));
}

TEST_CASE("json: what a client sent is refused when a member comes twice, and the name is said") {
  CHECK(parse_client_json(R"({"a":1,"b":1})"));
  const auto refused = parse_client_json(R"({"a":1,"a":1})");
  REQUIRE_FALSE(refused);
  CHECK(code_of(refused.error()) == ec::malformed);
  CHECK(message_of(refused.error()) == "field a: given twice");
  CHECK(code_of(parse_client_json("{").error()) == ec::malformed);
  CHECK_FALSE(parse_client_json(std::string(40, '[') + std::string(40, ']')));
}
