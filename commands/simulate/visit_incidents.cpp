#include "commands/client/json_members.hpp"
#include "commands/simulate/visit.hpp"

#include <boost/json/serialize.hpp>

#include <array>

/// \file What may happen in the middle of a visit.
namespace machiai {

namespace {

namespace json = boost::json;
namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr uint16_t close_removed = 4204;
/// A cut of this length must be noticed before its end.
constexpr auto noticed_after = 1500ms;

} // namespace

const expected_person* visit::known(const std::string& person) const {
  return model_.room(room_).person(person);
}

stage::duration visit::between(int64_t least_ms, int64_t most_ms) {
  return stage::duration{std::uniform_int_distribution<int64_t>{least_ms, most_ms}(random_)};
}

asio::awaitable<void> visit::pause(int64_t least_ms, int64_t most_ms) {
  co_await at_.shared().on.sleep(between(least_ms, most_ms));
}

void visit::judge(const asked& result, std::initializer_list<const char*> names, const std::string& subject,
                  const std::string& by) {
  at_.judge(result, room_, names, subject, by);
}

asio::awaitable<asked> visit::command(const char* type, std::string_view person, std::string& by) {
  json::object body{{"type", type}, {"room", room_}};
  if (!person.empty())
    body["person"] = person;
  auto& who = doctor_ && chance(0.6) ? doctor_->app->client() : at_.console();
  by = who.person();
  co_return co_await who.ask(body);
}

/// A page must come to show what the board shows; what it showed on the way is judged frame by frame.
asio::awaitable<void> visit::see_eye_to_eye(device& who) {
  const auto of_guest = who.what() == device::kind::guest;
  const auto same = [this, &who, of_guest] { return who.last_view() == model_.view(room_, of_guest); };
  const auto agreed = co_await who.client().changed().until(same, 5s);
  if (agreed)
    co_return;
  model_.differ(room_, who.client().seen_seq(),
                who.person() + " still sees <" + who.last_view() + "> instead of <" + model_.view(room_, of_guest) +
                    '>');
}

asio::awaitable<void> visit::admit(device& who) {
  std::string by;
  const auto admitted = co_await command("admit", who.person(), by);
  judge(admitted, {"room.participant_entered"}, who.person(), by);
  if (!admitted.ok)
    throw visit_failed(who.person() + " cannot be admitted");
  const auto inside = [this, &who] {
    const auto* person = known(who.person());
    return person && person->whereabouts == "in_room";
  };
  co_await wait_for("somebody admitted in the room", inside);
}

asio::awaitable<void> visit::probe_foreign_room() {
  const auto foreign = at_.options().prefix + "v" + std::to_string(number_ == 0 ? 1 : number_ - 1);
  client_identity spy{patient_.person, at_.token(role::patient, patient_.person, ""), foreign};
  actor_client client{at_.shared(), at_.options().clinic, spy, random_()};
  auto shown = false;
  client.on_frame = [&shown](const json::object& frame, std::string_view) {
    const auto type = text_in(frame, "type");
    shown = shown || type == "visit" || type == "board" || type == "event" || type == "welcome";
  };
  client.start();
  const auto refused = [&client] { return client.state() == ws_client_state::ended; };
  const auto closed = co_await client.changed().until(refused, 5s);
  at_.shared().findings.count("foreign rooms probed");
  if (!closed || shown)
    model_.differ(foreign, 0, patient_.person + " could look at somebody else's visit");
}

asio::awaitable<void> visit::probe_used_link(json::object redeem) {
  constexpr int64_t pause_ms = 3000;
  const auto now_ms = at_.shared().on.now_ms();
  if (now_ms - at_.shared().link_tried_again_ms < pause_ms)
    co_return;
  at_.shared().link_tried_again_ms = now_ms;
  const auto again = co_await at_.post("/v1/invites/redeem", redeem);
  at_.shared().findings.count("used links tried again");
  if (again.status != 410)
    model_.differ(room_, 0, "an invitation could be used twice");
}

asio::awaitable<void> visit::probe_rights(device& who) {
  const json::object admit{{"type", "admit"}, {"room", room_}, {"person", who.person()}};
  const auto admitted = co_await who.client().ask(admit);
  at_.judge_refusal(admitted, room_, "forbidden", "admitting oneself");
  const json::object enter{{"type", "enter_room"}, {"room", room_}};
  const auto entered = co_await who.client().ask(enter);
  at_.judge_refusal(entered, room_, "forbidden", "entering without admission");
}

asio::awaitable<void> visit::hide_and_show(device& who) {
  constexpr std::array shown{false, true};
  for (const auto attentive : shown) {
    const json::object command{{"type", "set_attention"}, {"room", room_}, {"attentive", attentive}};
    const auto result = co_await who.client().ask(command);
    judge(result, {"room.attention_changed"}, who.person(), who.person());
    co_await pause(20, 200);
  }
}

asio::awaitable<void> visit::test_devices(device& who) {
  constexpr std::array results{"passed", "failed", "refused", "missing", "skipped"};
  json::object found;
  for (const auto* part : {"camera", "microphone", "speaker", "network"})
    found[part] = results[random_() % results.size()];
  model_.room(room_).plan_device_test(who.person(), json::serialize(found));
  json::object command{{"type", "report_device_test"}, {"room", room_}};
  command.insert(found.begin(), found.end());
  const auto result = co_await who.client().ask(command);
  judge(result, {"room.device_tested"}, who.person(), who.person());
}

asio::awaitable<void> visit::mute_and_speak(device& who) {
  constexpr std::array sounds{true, false, true};
  for (const auto audio : sounds) {
    const json::object media{{"video", true}, {"audio", audio}};
    model_.room(room_).plan_media(who.person(), json::serialize(media));
    json::object command{{"type", "set_media"}, {"room", room_}};
    command.insert(media.begin(), media.end());
    const auto result = co_await who.client().ask(command);
    judge(result, {"room.media_changed"}, who.person(), who.person());
    co_await pause(20, 200);
  }
}

asio::awaitable<void> visit::second_device() {
  phone_ = make_device(device::kind::patient, patient_.person, at_.token(role::patient, patient_.person, room_));
  const auto connected = co_await phone_->client().live();
  if (!connected)
    throw visit_failed("the patient's phone cannot connect");
  const auto entered = co_await phone_->enter();
  if (!entered.ok)
    model_.differ(room_, 0, "a second device is refused: " + entered.code);
  // One of the two drops: nobody may notice.
  auto& dropped = chance(0.5) ? *page_ : *phone_;
  dropped.cut(between(200, 900));
  co_await pause(50, 300);
  const auto returned = co_await dropped.client().live();
  if (!returned)
    throw visit_failed("a device does not come back");
  const auto back = co_await dropped.enter();
  const auto* who = known(patient_.person);
  if (!back.ok || !who || who->whereabouts != "waiting" || who->unstable_since_ms)
    model_.differ(room_, back.seq, "the loss of one of two devices showed");
  at_.shared().findings.count("second devices");
}

asio::awaitable<void> visit::drop_and_return(device& who) {
  // With another device there, nothing is to be seen.
  if (phone_ && who.what() == device::kind::patient)
    co_return;
  const auto person = who.person();
  const auto away = between(150, 2500);
  who.cut(away);
  const auto doubted = [this, &who, &person] {
    const auto* x = known(person);
    return x->unstable_since_ms || !x->is_present() || who.client().state() == ws_client_state::live;
  };
  co_await model_.changed(room_).until(doubted, away);
  const auto noticed = known(person)->unstable_since_ms || !known(person)->is_present();
  if (!noticed && away >= noticed_after)
    model_.differ(room_, model_.seq(), person + " was cut off and nobody noticed");
  const auto returned = co_await who.client().live();
  if (!returned)
    throw visit_failed(person + " does not come back");
  const auto back = co_await who.enter();
  if (noticed)
    judge(back, {"room.participant_stable", "room.participant_arrived", "room.participant_entered"}, person, person);
  else if (!back.ok)
    throw visit_failed(person + " is not let back: " + back.code);
  const auto in_good_standing = [this, &person] {
    const auto* x = known(person);
    return x->is_present() && !x->unstable_since_ms;
  };
  co_await wait_for("good standing of somebody who came back", in_good_standing);
  if (who.what() != device::kind::doctor)
    co_await see_eye_to_eye(who);
}

asio::awaitable<void> visit::leave_and_return(device& who) {
  if (phone_ && who.what() == device::kind::patient)
    co_return;
  const auto person = who.person();
  const auto admitted = known(person)->admitted || who.what() == device::kind::doctor;
  const auto left = co_await who.leave();
  judge(left, {"room.participant_left"}, person, person);
  co_await pause(20, 300);
  const auto back = co_await who.enter();
  judge(back, {admitted ? "room.participant_entered" : "room.participant_arrived"}, person, person);
}

asio::awaitable<void> visit::lock_out(device& who) {
  std::string by;
  const auto locked = co_await command("lock_room", "", by);
  judge(locked, {"room.locked"}, "", by);
  const auto refused = co_await command("admit", who.person(), by);
  at_.judge_refusal(refused, room_, "room_locked", "admitting into a locked room");
  const auto unlocked = co_await command("unlock_room", "", by);
  judge(unlocked, {"room.unlocked"}, "", by);
}

asio::awaitable<void> visit::send_back_and_admit(device& who) {
  std::string by;
  const auto sent = co_await command("send_back", who.person(), by);
  judge(sent, {"room.participant_sent_back"}, who.person(), by);
  co_await pause(20, 200);
  co_await admit(who);
}

asio::awaitable<void> visit::second_doctor() {
  for (const auto& doctor : at_.doctors()) {
    if (doctor->busy || doctor.get() == doctor_)
      continue;
    second_doctor_ = co_await at_.take_doctor(doctor->who.person);
    const auto& person = second_doctor_->who.person;
    second_doctor_->app->go_to(room_);
    const auto entered = co_await second_doctor_->app->enter();
    judge(entered, {"room.participant_entered"}, person, person);
    co_await pause(50, 300);
    const auto left = co_await second_doctor_->app->leave();
    judge(left, {"room.participant_left"}, person, person);
    at_.free_doctor(*std::exchange(second_doctor_, nullptr));
    at_.shared().findings.count("second doctors");
    co_return;
  }
}

asio::awaitable<void> visit::remove_guest() {
  std::string by;
  const auto removed = co_await command("remove", guest_.person, by);
  judge(removed, {"room.participant_removed"}, guest_.person, by);
  at_.strike(*guest_page_);
  auto& client = guest_page_->client();
  const auto out = [&client] { return client.state() == ws_client_state::ended; };
  const auto closed = co_await client.changed().until(out, 3s);
  if (!closed || client.close_code() != close_removed)
    model_.differ(room_, removed.seq, "a removed guest is still connected");
  guest_page_.reset();
  at_.shared().findings.count("guests removed");
}

asio::awaitable<void> visit::go_home() {
  const std::array devices{&page_, &phone_, &guest_page_};
  for (auto* x : devices) {
    if (!*x)
      continue;
    co_await (*x)->client().settle();
    at_.strike(**x);
    (*x)->client().stop();
    x->reset();
  }
}

} // namespace machiai
