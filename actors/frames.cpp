#include "actors/frames.hpp"

#include "actors/model/patient_visits.hpp"
#include "actors/model/waiting_line.hpp"
#include "store/event_codec.hpp"
#include "store/json_frame.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace machiai {

namespace {

/// What a frame of one card takes; growing piece by piece costs more than the writing.
constexpr size_t card_bytes = 1023;

std::string head_of(std::string_view type, std::string_view name, position at_position, timestamp at) {
  std::string out;
  out.reserve(card_bytes);
  out += begin_json_frame(type);
  if (!name.empty())
    append_json_member(out, "name", name);
  append_json_member(out, "epoch", at_position.epoch);
  append_json_member(out, "seq", at_position.seq);
  append_json_member(out, "at", at);
  return out;
}

/// Events that can change who waits, in which order, or for whom.
bool touches_line(const event_payload& payload) {
  return std::visit(
      []<class T>(const T&) {
        return std::is_same_v<T, participant_arrived> || std::is_same_v<T, participant_entered> ||
               std::is_same_v<T, participant_sent_back> || std::is_same_v<T, participant_left> ||
               std::is_same_v<T, participant_removed> || std::is_same_v<T, consultation_ended> ||
               std::is_same_v<T, consultation_reopened> || std::is_same_v<T, appointment_changed> ||
               std::is_same_v<T, appointment_cancelled> || std::is_same_v<T, room_archived>;
      },
      payload.value);
}

bool is_in(const std::vector<person_id>& ids, const person_id& person) {
  return std::ranges::find(ids, person) != ids.end();
}

bool names_person(const room_state& room, const person_id& person) {
  return is_in(room.appointment.patients, person) || is_in(room.appointment.doctors, person);
}

} // namespace

void frame_writer::start(const clinic_state& state) {
  line_ = waiting_line(state);
}

std::vector<room_id> frame_writer::rooms_touched(const clinic_state& state, const event& x) {
  std::vector<room_id> rooms;
  if (!x.room.empty())
    rooms.push_back(x.room);
  if (std::holds_alternative<patient_recorded>(x.payload.value) ||
      std::holds_alternative<doctor_recorded>(x.payload.value))
    for (const auto& [id, room] : state.rooms)
      if (names_person(room, subject_of(x.payload)))
        rooms.push_back(id);
  if (!touches_line(x.payload))
    return rooms;
  auto line = waiting_line(state);
  for (const auto& [id, place] : line) {
    const auto before = line_.find(id);
    if (id != x.room && (before == line_.end() || before->second != place))
      rooms.push_back(id);
  }
  for (const auto& [id, place] : line_)
    if (id != x.room && !line.contains(id) && state.rooms.contains(id))
      rooms.push_back(id);
  line_ = std::move(line);
  return rooms;
}

std::vector<frame> frame_writer::frames_of(const clinic_state& state, const event& x) {
  const auto rooms = rooms_touched(state, x);
  std::vector<frame> out;
  write_board(state, x, rooms, out);
  if (std::holds_alternative<clinic_changed>(x.payload.value))
    write_visits(state, x, rooms_watched(), out);
  else if (!watched_.empty())
    write_visits(state, x, rooms, out);
  return out;
}

std::vector<room_id> frame_writer::rooms_watched() const {
  std::set<room_id> rooms;
  for (const auto& [which, hash] : watched_)
    rooms.insert(which.room);
  return {rooms.begin(), rooms.end()};
}

std::vector<frame_writer::board_entry> frame_writer::entries_of(const clinic_state& state, const event& x,
                                                                const std::vector<room_id>& rooms) const {
  std::vector<board_entry> out;
  if (const auto* recorded = std::get_if<doctor_recorded>(&x.payload.value)) {
    out.push_back({"doctor:" + recorded->doctor.doctor.value, {}});
    append_json_member(out.back().member, "doctor", recorded->doctor);
  }
  for (const auto& room : rooms) {
    out.push_back({"room:" + room.value, {}});
    out.back().member.reserve(card_bytes);
    if (state.rooms.contains(room))
      append_json_member(out.back().member, "card", staff_card(state, room, place_of(room), x.at));
    else
      out.back().member = ",\"card\":null";
  }
  if (out.empty()) {
    out.push_back({"clinic", {}});
    append_json_member(out.back().member, "clinic", state.profile);
  }
  return out;
}

void frame_writer::write_board(const clinic_state& state, const event& x, const std::vector<room_id>& rooms,
                               std::vector<frame>& out) const {
  auto entries = entries_of(state, x, rooms);
  for (auto& entry : entries) {
    frame f;
    f.topic = {audience::staff, {}};
    f.position = x.position;
    f.more = &entry != &entries.back();
    f.text = head_of("event", kind_of(x.payload), x.position, x.at);
    if (const auto subject = subject_of(x.payload); !subject.empty())
      append_json_member(f.text, "subject", subject);
    append_json_member(f.text, "by", x.by);
    if (f.more)
      f.text += ",\"more\":true";
    append_json_member(f.text, "key", entry.key);
    f.text += entry.member;
    f.text += '}';
    f.key = std::move(entry.key);
    out.push_back(std::move(f));
  }
}

void frame_writer::write_visits(const clinic_state& state, const event& x, const std::vector<room_id>& rooms,
                                std::vector<frame>& out) {
  for (const auto& room : rooms) {
    for (const auto which : {audience::patient, audience::guest}) {
      const auto watched = watched_.find({which, room});
      if (watched == watched_.end())
        continue;
      const auto view = visit_text(state, watched->first);
      const auto hash = std::hash<std::string>{}(view.value_or(""));
      if (hash == watched->second)
        continue;
      watched->second = hash;
      frame f;
      f.topic = watched->first;
      f.position = x.position;
      f.key = "visit";
      f.text = head_of("visit", kind_of(x.payload), x.position, x.at);
      f.text += ",\"key\":\"visit\",\"visit\":";
      f.text += view.value_or("null");
      f.text += '}';
      out.push_back(std::move(f));
    }
  }
}

std::optional<std::string> frame_writer::visit_text(const clinic_state& state, const topic& which) const {
  if (!state.rooms.contains(which.room))
    return std::nullopt;
  return which.audience == audience::patient ? encode_json(patient_card(state, which.room, place_of(which.room)))
                                             : encode_json(guest_card(state, which.room));
}

std::optional<uint32_t> frame_writer::place_of(const room_id& room) const {
  const auto it = line_.find(room);
  return it == line_.end() ? std::nullopt : std::optional{it->second};
}

std::optional<std::string> frame_writer::snapshot(const clinic_state& state, const topic& which) {
  if (which.audience != audience::staff) {
    const auto view = visit_text(state, which);
    if (!view)
      return std::nullopt;
    return head_of("visit", {}, state.position, state.last_at) + ",\"key\":\"visit\",\"visit\":" + *view + '}';
  }
  if (board_position_ == state.position && !board_.empty())
    return board_;
  board_ = head_of("board", {}, state.position, state.last_at);
  append_json_member(board_, "clinic", state.profile);
  board_ += ",\"doctors\":[";
  for (const auto& [id, doctor] : state.doctors) {
    if (board_.back() != '[')
      board_ += ',';
    append_json(board_, doctor);
  }
  board_ += "],\"cards\":[";
  for (const auto& [id, room] : state.rooms) {
    if (board_.back() != '[')
      board_ += ',';
    append_json(board_, staff_card(state, id, place_of(id), state.last_at));
  }
  board_ += "]}";
  board_position_ = state.position;
  return board_;
}

std::string frame_writer::visits_of(const clinic_state& state, const person_id& patient,
                                    const std::optional<room_id>& room) const {
  std::vector<patient_view> views;
  for (const auto& [id, x] : state.rooms) {
    const auto* const known = find_participant(x, patient);
    if (is_in(x.appointment.patients, patient) && !(known && known->removed) && (!room || id == *room))
      views.push_back(patient_card(state, id, place_of(id)));
  }
  std::ranges::stable_sort(views, {}, &patient_view::starts_at);
  return encode_json(patient_visits{address_of(state.profile), std::move(views)});
}

void frame_writer::watch(const clinic_state& state, const topic& which) {
  if (which.audience != audience::staff && !watches(which))
    watched_[which] = std::hash<std::string>{}(visit_text(state, which).value_or(""));
}

bool frame_writer::watches(const topic& which) const {
  return which.audience == audience::staff || watched_.contains(which);
}

std::vector<topic> frame_writer::unwatch(const std::function<bool(const topic&)>& which) {
  std::vector<topic> gone;
  for (const auto& [known, hash] : watched_)
    if (which(known))
      gone.push_back(known);
  for (const auto& x : gone)
    watched_.erase(x);
  return gone;
}

} // namespace machiai
