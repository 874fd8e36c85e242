#include "tests/echo/echo_host.hpp"

#include "gateway/codec/websocket_codec.hpp"

#include <memory>
#include <string>

namespace machiai {

namespace {

/// FIN and the opcode, which is all that tells a binary frame from a text frame.
constexpr char binary_frame_begin = '\x82';

} // namespace

void echo_host::on_request(connection_id from, http_request) {
  shard->respond(from, problem_response(404, ec::not_found, "Only WebSockets are served here."));
}

void echo_host::on_open(connection_id id, const http_request&) {
  shard->mark_ready(id);
}

void echo_host::on_text(connection_id id, std::string_view message) {
  shard->send(id, {prepare_text_frame(message), 0, frame_kind::reply});
}

bool echo_host::on_binary(connection_id id, std::string_view message) {
  auto bytes = std::make_shared<std::string>(*prepare_text_frame(message));
  bytes->front() = binary_frame_begin;
  shard->send(id, {std::move(bytes), 0, frame_kind::reply});
  return true;
}

} // namespace machiai
