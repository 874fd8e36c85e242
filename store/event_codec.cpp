#include "store/event_codec.hpp"

#include "store/json_codec.hpp"

#include <boost/json/monotonic_resource.hpp>

#include <array>
#include <unordered_map>

namespace machiai {

namespace {

using payload_reader = caf::expected<event_payload> (*)(const boost::json::value&);

template <class Event>
caf::expected<event_payload> read_payload(const boost::json::value& in) {
  auto decoded = decode_json<Event>(in, decode_policy::stored);
  if (!decoded)
    return std::move(decoded.error());
  return event_payload{std::move(*decoded)};
}

const std::unordered_map<std::string_view, payload_reader>& payload_readers() {
  static const auto readers = []<class... Event>(std::type_identity<std::variant<Event...>>) {
    return std::unordered_map<std::string_view, payload_reader>{{Event::kind, &read_payload<Event>}...};
  }(std::type_identity<event_payload::variant_type>{});
  return readers;
}

caf::error damaged(std::string_view kind, const std::string& reason) {
  return make_error(ec::store_damaged, "event " + std::string{kind} + ": " + reason);
}

std::optional<author> parse_author(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos)
    return std::nullopt;
  const auto by = enum_of<role>(text.substr(0, colon));
  const auto who = text.substr(colon + 1);
  if (!by || (!who.empty() && !is_valid_id(who)))
    return std::nullopt;
  return author{*by, person_id{std::string{who}}};
}

} // namespace

std::string_view kind_of(const event_payload& payload) {
  return std::visit([]<class Event>(const Event&) { return Event::kind; }, payload.value);
}

person_id subject_of(const event_payload& payload) {
  return std::visit(
      []<class Event>(const Event& event) {
        if constexpr (requires { event.person; })
          return event.person;
        else if constexpr (requires { event.doctor.doctor; })
          return event.doctor.doctor;
        else if constexpr (requires { event.patient.patient; })
          return event.patient.patient;
        else
          return person_id{};
      },
      payload.value);
}

void append_body(std::string& out, const event_payload& payload) {
  std::visit([&out](const auto& event) { append_json(out, event); }, payload.value);
}

std::string encode_body(const event_payload& payload) {
  std::string out;
  append_body(out, payload);
  return out;
}

caf::expected<event_payload> decode_body(std::string_view kind, std::string_view body) {
  const auto reader = payload_readers().find(kind);
  if (reader == payload_readers().end())
    return damaged(kind, "unknown kind");
  std::array<unsigned char, 2048> buffer; // NOLINT(cppcoreguidelines-pro-type-member-init): filled as it is used
  boost::json::monotonic_resource memory{buffer.data(), buffer.size()};
  const auto value = parse_json(body, &memory);
  if (!value)
    return damaged(kind, message_of(value.error()));
  auto payload = reader->second(*value);
  if (!payload)
    return damaged(kind, message_of(payload.error()));
  return payload;
}

std::string author_text(const author& by) {
  std::string text{word_of(by.role)};
  text += ':';
  text += by.id.value;
  return text;
}

event_record to_record(const clinic_id& clinic, const event& event) {
  return {.clinic = clinic,
          .seq = event.position.seq,
          .epoch = event.position.epoch,
          .at = event.at,
          .kind = std::string{kind_of(event.payload)},
          .room = event.room,
          .subject = subject_of(event.payload),
          .author = author_text(event.by),
          .body = encode_body(event.payload)};
}

caf::expected<event> to_event(const event_record& record) {
  auto payload = decode_body(record.kind, record.body);
  if (!payload)
    return std::move(payload.error());
  auto by = parse_author(record.author);
  if (!by)
    return damaged(record.kind, "the author is not `role:id`");
  return event{{record.epoch, record.seq}, record.at, record.room, std::move(*by), std::move(*payload)};
}

} // namespace machiai
