#include "bench/dialects/machiai_dialect.hpp"

#include "commands/client/http_client.hpp"
#include "commands/japanese_names.hpp"

#include <boost/json/serialize.hpp>

#include <array>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace machiai::bench {

namespace {

namespace json = boost::json;

constexpr size_t http_connections = 32;

std::string clinic_name(uint32_t clinic) {
  return "clinic-" + std::to_string(clinic);
}

/// Puts clinics one after the other, a lane per connection: what a clinic needs goes in order.
class clinic_putter {
public:
  clinic_putter(boost::asio::io_context& loop, const server_address& server, std::string token, uint32_t clinics,
                uint32_t rooms_each)
      : http_(loop, nullptr, server, http_connections), token_(std::move(token)), clinics_(clinics),
        rooms_each_(rooms_each) {}

  void start() {
    for (size_t lane = 0; lane < http_connections; ++lane)
      next_clinic();
  }

private:
  void next_clinic() {
    if (next_ < clinics_)
      put_step(next_++, 0);
  }

  /// What a clinic's steps put: itself, its patient, its rooms.
  std::pair<std::string, json::object> step_of(uint32_t clinic, size_t step) const {
    const auto who = made_up_name(clinic);
    if (step == 0)
      return {"", {{"name", "ベンチ医院" + std::to_string(clinic)}}};
    if (step == 1)
      return {"/patients/patient", {{"name", who.name}, {"kana", who.kana}, {"chart_number", "0042"}}};
    const auto room = step == 2 ? "room" : "room-" + std::to_string(step - 1);
    return {"/appointments/" + room,
            {{"starts_at", "2026-04-10T10:00:00+09:00"}, {"patients", json::array{"patient"}}, {"menu", "再診"}}};
  }

  void put_step(uint32_t clinic, size_t step) {
    if (step == 2 + size_t{rooms_each_})
      return next_clinic();
    const auto [path, body] = step_of(clinic, step);
    const auto target = "/v1/clinics/" + clinic_name(clinic) + path;
    http_.call({"PUT", target, json::serialize(body), token_}, [this, clinic, step, target](const http_answer& answer) {
      if (!answer.ok())
        throw std::runtime_error("PUT " + target + ": " + answer.complaint());
      put_step(clinic, step + 1);
    });
  }

  http_client http_;
  std::string token_;
  uint32_t clinics_;
  uint32_t rooms_each_;
  uint32_t next_ = 0;
};

/// The number behind `name`, which stands near the front of every frame; 0 when it is not there.
uint64_t number_after(std::string_view message, std::string_view name) {
  const auto at = message.find(name);
  uint64_t number = 0;
  if (at != std::string_view::npos)
    std::from_chars(message.data() + at + name.size(), message.data() + message.size(), number);
  return number;
}

/// An event frame: the clinic's only changes are its patient's, so the seq tells which one, and its name must fit.
heard hear_event(const seat& who, std::string_view message) {
  constexpr std::string_view arrived = R"("name":"room.participant_arrived")";
  constexpr std::string_view left = R"("name":"room.participant_left")";
  const auto seq = number_after(message, R"("seq":)");
  if (seq <= who.stream_start)
    return {heard::kind::wrong};
  const auto number = seq - who.stream_start;
  if (message.find(number % 2 == 1 ? arrived : left) != std::string_view::npos)
    return {heard::kind::news, number};
  if (message.find(R"("name":"room.participant_unstable")") != std::string_view::npos)
    return {heard::kind::loss};
  const auto is_back = message.find(R"("name":"room.participant_stable")") != std::string_view::npos;
  return {is_back ? heard::kind::other : heard::kind::wrong};
}

bool is_type(std::string_view message, std::string_view type) {
  constexpr std::string_view front = R"({"type":")";
  return message.size() > front.size() + type.size() && message.substr(front.size()).starts_with(type) &&
         message[front.size() + type.size()] == '"';
}

} // namespace

machiai_dialect::machiai_dialect(server_address server, token_mint mint)
    : server_(std::move(server)), mint_(std::move(mint)) {}

void machiai_dialect::prepare(uint32_t clinics, uint32_t rooms_each) {
  boost::asio::io_context loop;
  clinic_putter putter(loop, server_, mint_.make({role::operator_, {}, person_id{"bench"}, {}, {}}), clinics,
                       rooms_each);
  putter.start();
  loop.run();
}

void machiai_dialect::greet(const seat& who, std::string& out) {
  token_wish wish;
  wish.clinic = clinic_id{clinic_name(who.clinic)};
  wish.role = who.is_patient() ? role::patient : role::staff;
  wish.person = person_id{who.is_patient() ? "patient" : "staff-" + std::to_string(who.place)};
  if (who.is_patient())
    wish.room = room_id{"room"};
  out += R"({"type":"hello","token":")" + mint_.make(wish) + "\"}";
}

heard machiai_dialect::hear(seat& who, std::string_view message, std::string&) {
  if (is_type(message, "event"))
    return hear_event(who, message);
  if (is_type(message, "reply")) {
    const auto is_ok = message.find(R"("ok":true)") != std::string_view::npos;
    return {is_ok ? heard::kind::accepted : heard::kind::wrong};
  }
  if (is_type(message, "welcome")) {
    who.stream_start = number_after(message, R"("seq":)");
    return {heard::kind::signed_in};
  }
  return {is_type(message, "error") ? heard::kind::wrong : heard::kind::other};
}

std::optional<bool> machiai_dialect::shows_present(std::string_view message) const {
  if (!is_type(message, "board") && !is_type(message, "event"))
    return std::nullopt;
  return message.find(R"("unstable":false)") != std::string_view::npos;
}

void machiai_dialect::change(const seat&, uint64_t number, std::string& out) {
  out += number % 2 == 1 ? R"({"type":"enter_waiting_room","room":"room","id":"b)"
                         : R"({"type":"leave_room","room":"room","id":"b)";
  out += std::to_string(number);
  out += "\"}";
}

} // namespace machiai::bench
