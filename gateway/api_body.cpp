#include "gateway/api_body.hpp"

#include "config/error.hpp"
#include "config/fixed_limits.hpp"
#include "gateway/display_name.hpp"
#include "gateway/key_ring.hpp"
#include "store/json_codec.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace machiai {

namespace {

using command = std::variant<clinic_command, room_command>;

/// What consoles go by when a clinic recorded none.
constexpr int32_t waiting_warn_default_min = 10;
constexpr int32_t waiting_alert_default_min = 20;

struct clinic_body {
  std::string name;
  std::optional<std::string> phone;
  std::optional<std::string> address;
  std::optional<int32_t> waiting_warn_min;
  std::optional<int32_t> waiting_alert_min;
};
BOOST_DESCRIBE_STRUCT(clinic_body, (), (name, phone, address, waiting_warn_min, waiting_alert_min))

struct doctor_body {
  std::string name;
  std::optional<int32_t> registered_year;
};
BOOST_DESCRIBE_STRUCT(doctor_body, (), (name, registered_year))

struct key_body {
  std::string algorithm;
  std::string material;
};
BOOST_DESCRIBE_STRUCT(key_body, (), (algorithm, material))

struct patient_body {
  static constexpr auto defaulted_members =
      std::to_array<std::string_view>({"kana", "chart_number", "card_registered"});
  std::string name;
  std::string kana;
  std::string chart_number;
  bool card_registered = false;
};
BOOST_DESCRIBE_STRUCT(patient_body, (), (name, kana, chart_number, card_registered))

struct appointment_body {
  static constexpr auto defaulted_members =
      std::to_array<std::string_view>({"duration_min", "menu", "doctors", "is_test"});
  timestamp starts_at;
  int32_t duration_min = 15;
  std::string menu;
  std::vector<person_id> patients;
  std::vector<person_id> doctors;
  bool is_test = false;
};
BOOST_DESCRIBE_STRUCT(appointment_body, (), (starts_at, duration_min, menu, patients, doctors, is_test))

struct redeem_body {
  clinic_id clinic;
  room_id room;
  invite_id invite;
  std::string secret;
};
BOOST_DESCRIBE_STRUCT(redeem_body, (), (clinic, room, invite, secret))

template <class Body>
caf::expected<Body> read(std::string_view text) {
  auto value = parse_client_json(text);
  if (!value)
    return value.error();
  return decode_json<Body>(*value, decode_policy::strict);
}

/// Reads a body and hands it to `make`, or passes on what was wrong with it.
template <class Body, class Make>
caf::expected<asked_change> read_with(std::string_view text, const Make& make) {
  auto body = read<Body>(text);
  if (!body)
    return body.error();
  auto canonical = encode_json(*body);
  caf::expected<command> made = make(*body);
  if (!made)
    return made.error();
  return asked_change{std::move(*made), std::move(canonical)};
}

/// For what says everything in its path.
caf::expected<asked_change> without_body(std::string_view body, command what) {
  if (!body.empty() && body != "{}")
    return make_error(ec::malformed, "body: there is nothing to say in it");
  return asked_change{std::move(what), {}};
}

/// The same as `tidy_display_name` for a field that may be empty.
caf::error tidy_optional(std::string& text, std::string_view field) {
  return text.empty() ? caf::error{} : tidy_display_name(text, field);
}

/// An empty one is none.
caf::error tidy_phone(std::optional<std::string>& phone) {
  if (phone &&
      (phone->size() > fixed::phone_characters_max || phone->find_first_not_of("0123456789+() -") != std::string::npos))
    return make_error(ec::out_of_range, "phone: at most 32 digits, blanks and + ( ) -");
  if (phone && phone->empty())
    phone.reset();
  return {};
}

caf::error tidy_address(std::optional<std::string>& address) {
  if (address && address->empty())
    address.reset();
  if (!address)
    return {};
  auto tidy = read_display_name(*address, fixed::address_characters_max);
  if (!tidy)
    return make_error(ec::out_of_range,
                      "address: at most 200 visible characters without control characters, no blank at either end");
  address = std::move(*tidy);
  return {};
}

caf::error check_waiting_limits(const clinic_body& x) {
  constexpr int32_t minutes_max = 24 * 60;
  const auto is_minutes = [](const std::optional<int32_t>& given) {
    return !given || (*given >= 1 && *given <= minutes_max);
  };
  if (!is_minutes(x.waiting_warn_min))
    return make_error(ec::out_of_range, "waiting_warn_min: 1 to 1440");
  if (!is_minutes(x.waiting_alert_min))
    return make_error(ec::out_of_range, "waiting_alert_min: 1 to 1440");
  if (x.waiting_alert_min.value_or(waiting_alert_default_min) < x.waiting_warn_min.value_or(waiting_warn_default_min))
    return make_error(ec::out_of_range, "waiting_alert_min: at least waiting_warn_min (20 and 10 when not given)");
  return {};
}

caf::expected<command> make_clinic(clinic_body& x) {
  if (auto why = tidy_display_name(x.name, "name"))
    return why;
  if (auto why = tidy_phone(x.phone))
    return why;
  if (auto why = tidy_address(x.address))
    return why;
  if (auto why = check_waiting_limits(x))
    return why;
  return command{clinic_command{put_clinic{{x.name, x.phone, x.address, x.waiting_warn_min, x.waiting_alert_min}}}};
}

caf::expected<command> make_doctor(const api_route& route, doctor_body& x) {
  if (auto why = tidy_display_name(x.name, "name"))
    return why;
  if (x.registered_year && (*x.registered_year < 1900 || *x.registered_year > 2100))
    return make_error(ec::out_of_range, "registered_year: 1900 to 2100");
  return command{clinic_command{put_doctor{{person_id{route.id}, x.name, x.registered_year}}}};
}

caf::expected<command> make_patient(const api_route& route, patient_body& x) {
  if (auto why = tidy_display_name(x.name, "name"))
    return why;
  if (auto why = tidy_optional(x.kana, "kana"))
    return why;
  if (tidy_optional(x.chart_number, "chart_number") || x.chart_number.size() > fixed::chart_number_bytes_max)
    return make_error(ec::out_of_range, "chart_number: at most 64 bytes without control characters");
  return command{clinic_command{put_patient{{person_id{route.id}, x.name, x.kana, x.chart_number, x.card_registered}}}};
}

caf::expected<command> make_appointment(const api_route& route, appointment_body& x) {
  if (auto why = tidy_optional(x.menu, "menu"))
    return why;
  return command{room_command{
      put_appointment{{room_id{route.id}, x.starts_at, x.duration_min, x.menu, x.patients, x.doctors, x.is_test}}}};
}

caf::expected<command> make_key(const api_route& route, const key_body& x, const sealing_key& sealing) {
  auto prepared = prepare_signing_key(route.clinic, {key_id{route.id}, x.algorithm, x.material}, sealing);
  if (!prepared)
    return prepared.error();
  return command{clinic_command{put_key{std::move(*prepared)}}};
}

} // namespace

caf::expected<asked_change> decode_body(const api_route& route, std::string_view body, const sealing_key& sealing) {
  switch (route.kind) {
  case command_kind::put_clinic:
    return read_with<clinic_body>(body, [](clinic_body& x) { return make_clinic(x); });
  case command_kind::put_doctor:
    return read_with<doctor_body>(body, [&](doctor_body& x) { return make_doctor(route, x); });
  case command_kind::put_key:
    return read_with<key_body>(body, [&](const key_body& x) { return make_key(route, x, sealing); });
  case command_kind::put_patient:
    return read_with<patient_body>(body, [&](patient_body& x) { return make_patient(route, x); });
  case command_kind::put_appointment:
    return read_with<appointment_body>(body, [&](appointment_body& x) { return make_appointment(route, x); });
  case command_kind::revoke_key:
    return without_body(body, clinic_command{revoke_key{key_id{route.id}}});
  case command_kind::revoke_person:
    return without_body(body, clinic_command{revoke_person{person_id{route.id}}});
  case command_kind::cancel_appointment:
    return without_body(body, room_command{cancel_appointment{room_id{route.id}}});
  default:
    return make_error(ec::unknown_command, "this route changes nothing");
  }
}

caf::expected<redeem_request> decode_redeem(std::string_view body) {
  auto x = read<redeem_body>(body);
  if (!x)
    return x.error();
  return redeem_request{std::move(x->clinic), std::move(x->room), std::move(x->invite), std::move(x->secret)};
}

} // namespace machiai
