#include "gateway/protocol.hpp"

#include "actors/answer_text.hpp"
#include "config/error.hpp"
#include "gateway/display_name.hpp"
#include "gateway/signal_body.hpp"
#include "store/json_codec.hpp"
#include "store/json_frame.hpp"
#include "store/repeated_key.hpp"

#include <utility>

namespace machiai {

namespace {

namespace json = boost::json;

/// One frame on its way from text to struct.
struct frame_reader {
  json::object object;
  std::string type;
  std::optional<command_id> id;

  template <class T>
  caf::expected<T> body() {
    return decode_json<T>(json::value(std::move(object)), decode_policy::strict);
  }
};

using decoded = std::variant<client_message, protocol_error>;

template <class Command, class Group>
decoded decode_command(frame_reader& in, command_kind kind) {
  auto body = in.body<Command>();
  if (!body)
    return protocol_error{body.error(), in.id};
  if constexpr (std::is_same_v<Command, invite_wish>) {
    if (auto why = tidy_display_name(body->display_name, "display_name"))
      return protocol_error{std::move(why), in.id};
    return client_message{addressed_command{*in.id, kind, std::move(*body)}};
  } else {
    return client_message{addressed_command{*in.id, kind, Group{std::move(*body)}}};
  }
}

/// What follows of the object after `take_signal_body` took the payload.
struct signal_address {
  room_id room;
  call_endpoint to;
};
BOOST_DESCRIBE_STRUCT(signal_address, (), (room, to))

decoded decode_signal(frame_reader& in) {
  auto body = take_signal_body(in.object);
  if (!body)
    return protocol_error{body.error(), in.id};
  auto address = in.body<signal_address>();
  if (!address)
    return protocol_error{address.error(), in.id};
  return client_message{
      addressed_command{*in.id, command_kind::send_signal,
                        call_command{call_signal{std::move(address->room), std::move(address->to), std::move(*body)}}}};
}

decoded decode_quality(frame_reader& in) {
  auto body = in.body<report_quality>();
  if (!body)
    return protocol_error{body.error(), in.id};
  if (body->loss_permille.value_or(0) > 1000)
    return protocol_error{make_error(ec::out_of_range, "loss_permille: expected 0 to 1000"), in.id};
  return client_message{addressed_command{*in.id, command_kind::report_quality, call_command{std::move(*body)}}};
}

decoded decode_renew(frame_reader& in) {
  const auto* token = in.object.if_contains("token");
  if (!token || !token->is_string() || in.object.size() != 1)
    return protocol_error{make_error(ec::malformed, "token: expected a string and nothing else"), in.id};
  return client_message{renew{*in.id, std::string(token->get_string())}};
}

decoded decode_ask_beat(frame_reader& in) {
  if (!in.object.empty())
    return protocol_error{make_error(ec::malformed, "expected type and id and nothing else"), in.id};
  return client_message{ask_beat{*in.id}};
}

decoded decode_hello(frame_reader& in) {
  if (in.id)
    return protocol_error{make_error(ec::malformed, "field id: there is no such field"), std::nullopt};
  auto body = in.body<hello>();
  if (!body)
    return protocol_error{body.error(), std::nullopt};
  return client_message{std::move(*body)};
}

decoded decode_typed(frame_reader& in) {
  using person = person_command;
  using room = room_command;
  if (in.type == "hello")
    return decode_hello(in);
  const auto kind = enum_of<command_kind>(in.type);
  if (!kind)
    return protocol_error{make_error(ec::unknown_command, "type: no such frame"), in.id};
  if (!in.id)
    return protocol_error{make_error(ec::malformed, "id: expected 1 to 64 of A-Z a-z 0-9 . _ -"), std::nullopt};
  switch (*kind) {
  case command_kind::renew:
    return decode_renew(in);
  case command_kind::ask_beat:
    return decode_ask_beat(in);
  case command_kind::enter_waiting_room:
    return decode_command<enter_waiting_room, person>(in, *kind);
  case command_kind::enter_room:
    return decode_command<enter_room, person>(in, *kind);
  case command_kind::leave_room:
    return decode_command<leave_room, person>(in, *kind);
  case command_kind::set_attention:
    return decode_command<set_attention, person>(in, *kind);
  case command_kind::set_media:
    return decode_command<set_media, person>(in, *kind);
  case command_kind::report_device_test:
    return decode_command<report_device_test, person>(in, *kind);
  case command_kind::join_call:
    return decode_command<join_call, call_command>(in, *kind);
  case command_kind::leave_call:
    return decode_command<leave_call, call_command>(in, *kind);
  case command_kind::send_signal:
    return decode_signal(in);
  case command_kind::report_quality:
    return decode_quality(in);
  case command_kind::admit:
    return decode_command<admit, room>(in, *kind);
  case command_kind::send_back:
    return decode_command<send_back, room>(in, *kind);
  case command_kind::remove:
    return decode_command<remove_participant, room>(in, *kind);
  case command_kind::invite:
    return decode_command<invite_wish, room>(in, *kind);
  case command_kind::revoke_invite:
    return decode_command<revoke_invite, room>(in, *kind);
  case command_kind::lock_room:
    return decode_command<lock_room, room>(in, *kind);
  case command_kind::unlock_room:
    return decode_command<unlock_room, room>(in, *kind);
  case command_kind::end_consultation:
    return decode_command<end_consultation, room>(in, *kind);
  case command_kind::reopen_consultation:
    return decode_command<reopen_consultation, room>(in, *kind);
  default:
    return protocol_error{make_error(ec::unknown_command, "type: this is asked over HTTP"), in.id};
  }
}

} // namespace

std::variant<client_message, protocol_error> decode_message(std::string_view text) {
  auto value = parse_json(text);
  if (!value)
    return protocol_error{value.error(), std::nullopt};
  auto* object = value->if_object();
  if (!object)
    return protocol_error{make_error(ec::malformed, "a frame is a JSON object"), std::nullopt};
  frame_reader in;
  if (const auto* id = object->if_contains("id")) {
    if (!id->is_string() || !is_valid_id(id->get_string()))
      return protocol_error{make_error(ec::malformed, "id: expected 1 to 64 of A-Z a-z 0-9 . _ -"), std::nullopt};
    in.id = command_id{std::string(id->get_string())};
    object->erase("id");
  }
  if (const auto name = repeated_key(text))
    return protocol_error{given_twice(*name), *name == "id" ? std::nullopt : in.id};
  const auto* type = object->if_contains("type");
  if (!type || !type->is_string())
    return protocol_error{make_error(ec::malformed, "type: expected a string"), in.id};
  in.type = std::string(type->get_string());
  object->erase("type");
  in.object = std::move(*object);
  return decode_typed(in);
}

room_id room_of(const addressed_command& command) {
  return std::visit(
      [](const auto& x) {
        if constexpr (requires { x.room; })
          return x.room;
        else
          return room_of(x);
      },
      command.what);
}

std::string welcome_frame(const session_id& session, const subscribed& x, const person_id& who, role as,
                          uint32_t beat_interval_ms) {
  auto out = begin_json_frame("welcome");
  append_json_member(out, "session", std::to_string(session.number));
  append_json_member(out, "clinic", x.clinic);
  append_json_member(out, "sub", who);
  append_json_member(out, "role", as);
  append_json_member(out, "outcome", x.outcome);
  append_json_member(out, "epoch", x.position.epoch);
  append_json_member(out, "seq", x.position.seq);
  append_json_member(out, "beat_ms", beat_interval_ms);
  out += '}';
  return out;
}

std::string reply_frame(const command_id& id, std::string_view answer) {
  auto out = begin_json_frame("reply");
  append_json_member(out, "id", id);
  out += ',';
  out += answer.substr(1);
  return out;
}

std::string refusal_frame(const command_id& id, const caf::error& why) {
  return reply_frame(id, refused_text(why));
}

std::string error_frame(const caf::error& why) {
  return begin_json_frame("error") + ",\"error\":" + error_object(why) + '}';
}

std::string beat_frame(position top, timestamp at) {
  auto out = begin_json_frame("beat");
  append_json_member(out, "epoch", top.epoch);
  append_json_member(out, "seq", top.seq);
  append_json_member(out, "at", at);
  out += '}';
  return out;
}

std::string renewed_frame(const command_id& id, timestamp expires_at) {
  auto out = begin_json_frame("reply");
  append_json_member(out, "id", id);
  out += ",\"ok\":true";
  append_json_member(out, "expires_at", expires_at);
  out += '}';
  return out;
}

std::string joined_frame(const command_id& id, std::string_view ice_servers) {
  auto out = begin_json_frame("reply");
  append_json_member(out, "id", id);
  out += R"(,"ok":true,"ice_servers":)";
  out += ice_servers;
  out += '}';
  return out;
}

std::string reconnect_frame(uint32_t window_ms) {
  auto out = begin_json_frame("reconnect");
  append_json_member(out, "window_ms", window_ms);
  out += '}';
  return out;
}

} // namespace machiai
