#include "actors/room_call.hpp"

#include "config/error.hpp"
#include "metrics/engine_metrics.hpp"
#include "store/json_frame.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

namespace machiai {

namespace {

call_told refuse(const call_message& x, caf::error why) {
  call_told out;
  out.session = x.session;
  out.command = x.command;
  out.refusal = std::move(why);
  return out;
}

call_told frame_for(const session_id& session, std::string text) {
  call_told out;
  out.session = session;
  out.text = std::move(text);
  return out;
}

std::string roster_frame(const room_id& room, const std::vector<call_endpoint>& endpoints,
                         const std::vector<call_endpoint>& left) {
  auto out = begin_json_frame("call");
  append_json_member(out, "room", room);
  append_json_member(out, "endpoints", endpoints);
  append_json_member(out, "left", left);
  out += '}';
  return out;
}

std::string signal_frame(const call_endpoint& from, const call_signal& x) {
  auto out = begin_json_frame("signal");
  append_json_member(out, "room", x.room);
  append_json_member(out, "from", from);
  out += ',';
  out += x.body;
  out += '}';
  return out;
}

std::string quality_frame(const call_endpoint& from, const report_quality& x) {
  auto out = begin_json_frame("quality");
  append_json_member(out, "room", x.room);
  append_json_member(out, "person", from.person);
  append_json_member(out, "device", from.device);
  append_json_member(out, "quality", x.quality);
  if (x.round_trip_ms)
    append_json_member(out, "round_trip_ms", *x.round_trip_ms);
  if (x.loss_permille)
    append_json_member(out, "loss_permille", *x.loss_permille);
  out += '}';
  return out;
}

bool is_in_room(const room_state& room, const person_id& person) {
  const auto* who = find_participant(room, person);
  return who && who->whereabouts == whereabouts::in_room;
}

} // namespace

caf::error not_in_call() {
  return make_error(ec::not_present, "this person is not in the room, or this device not in its call");
}

room_call::~room_call() {
  count(-static_cast<int64_t>(roster_.size()));
}

void room_call::count(int64_t change) const {
  if (metrics_)
    metrics_->call_endpoints.add(change);
}

std::vector<call_told> room_call::take(const room_state& room, const call_message& x, timestamp now) {
  auto out = settle(room, room_of(x.what), now);
  std::ranges::move(obey(room, x), std::back_inserter(out));
  return out;
}

std::vector<call_told> room_call::obey(const room_state& room, const call_message& x) {
  if (std::holds_alternative<join_call>(x.what.value))
    return join(room, x);
  if (std::holds_alternative<leave_call>(x.what.value))
    return leave(x);
  const call_endpoint who{x.who.id, x.device};
  const auto* what = std::get_if<call_signal>(&x.what.value);
  if (!roster_.has(who)) {
    if (metrics_ && what)
      metrics_->signals(signal_label::refused).add();
    return {refuse(x, not_in_call())};
  }
  return what ? signal(who, *what) : tell_consoles(who, std::get<report_quality>(x.what.value));
}

std::vector<call_told> room_call::join(const room_state& room, const call_message& x) {
  if (!is_in_room(room, x.who.id))
    return {refuse(x, not_in_call())};
  if (x.device.empty())
    return {refuse(x, make_error(ec::conflict, "the hello named no device"))};
  const auto how = roster_.join({x.who.id, x.device}, x.session, endpoints_max_);
  if (how == call_roster::joined::full)
    return {
        refuse(x, make_error(ec::limit_reached, "the call has all the devices it may have, " +
                                                    std::to_string(endpoints_max_) + " (room.call_endpoints_max)"))};
  count(how == call_roster::joined::anew ? 1 : 0);
  call_told done;
  done.session = x.session;
  done.command = x.command;
  std::vector<call_told> out{std::move(done)};
  if (how == call_roster::joined::again) {
    out.push_back(frame_for(x.session, roster_frame(room_of(x.what), roster_.endpoints(), {})));
    return out;
  }
  for (auto& frame : tell_roster(room_of(x.what), {}))
    out.push_back(std::move(frame));
  return out;
}

std::vector<call_told> room_call::leave(const call_message& x) {
  const call_endpoint who{x.who.id, x.device};
  if (!roster_.leave(who, x.session))
    return {};
  count(-1);
  return tell_roster(room_of(x.what), {who});
}

std::vector<call_told> room_call::settle(const room_state& room, const room_id& id, timestamp now) {
  if (roster_.size() == 0)
    return {};
  auto left = roster_.keep([&](const person_id& person) { return is_in_room(room, person); });
  std::ranges::move(roster_.give_up(now - patience_), std::back_inserter(left));
  if (left.empty())
    return {};
  count(-static_cast<int64_t>(left.size()));
  return tell_roster(id, left);
}

std::vector<call_told> room_call::signal(const call_endpoint& from, const call_signal& what) {
  const auto to = what.to == from ? std::nullopt : roster_.session_of(what.to);
  if (metrics_)
    metrics_->signals(to ? signal_label::relayed : signal_label::dropped).add();
  if (!to)
    return {};
  return {frame_for(*to, signal_frame(from, what))};
}

std::vector<call_told> room_call::tell_consoles(const call_endpoint& from, const report_quality& what) {
  call_told out;
  out.text = quality_frame(from, what);
  return {std::move(out)};
}

std::vector<call_told> room_call::tell_roster(const room_id& room, const std::vector<call_endpoint>& left) const {
  const auto text = roster_frame(room, roster_.endpoints(), left);
  std::vector<call_told> out;
  for (const auto& session : roster_.sessions())
    out.push_back(frame_for(session, text));
  return out;
}

} // namespace machiai
