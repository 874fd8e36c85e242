#include "commands/simulate/visit.hpp"

#include "commands/client/json_members.hpp"
#include "commands/japanese_names.hpp"
#include "config/wall_clock.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <array>

namespace machiai {

namespace {

namespace json = boost::json;
namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr std::array menus{"オンライン診療再診", "オンライン診療初診", "お薬の相談", ""};

json::object appointment_body(const expected_appointment& x) {
  json::array patients;
  for (const auto& who : x.patients)
    patients.emplace_back(who.person);
  json::array doctors;
  for (const auto& who : x.doctors)
    doctors.emplace_back(who.person);
  return {{"starts_at", to_rfc3339(timestamp{x.starts_at_ms})},
          {"duration_min", x.duration_min},
          {"menu", x.menu},
          {"patients", std::move(patients)},
          {"doctors", std::move(doctors)}};
}

} // namespace

visit::visit(clinic_play& at, uint64_t number, uint64_t seed)
    : at_(at), model_(at.model()), number_(number), random_(seed),
      room_(at.options().prefix + "v" + std::to_string(number)), patient_{at.options().prefix + "p" +
                                                                              std::to_string(number),
                                                                          "patient", made_up_name(seed).name} {}

visit::~visit() {
  for (const auto* x : {page_.get(), phone_.get(), guest_page_.get()})
    if (x)
      at_.strike(*x);
  for (auto* x : {doctor_, second_doctor_})
    if (x)
      at_.free_doctor(*x);
}

asio::awaitable<void> visit::play_out() {
  try {
    co_await book();
    if (chance(0.15))
      co_await change_booking();
    if (chance(0.05))
      co_return co_await cancel();
    co_await patient_arrives();
    co_await spend_time_waiting();
    if (chance(0.04))
      co_return co_await cancel();
    if (chance(0.35))
      co_await guest_arrives();
    co_await doctor_enters();
    co_await admit_all();
    co_await consult();
    co_await end();
    if (chance(0.12))
      co_await reopen();
    co_await after_the_end();
    co_await go_home();
  } catch (const visit_failed& failure) {
    at_.shared().findings.count("visits broken off");
    model_.differ(room_, model_.seq(), failure.what());
  }
}

asio::awaitable<void> visit::book() {
  const auto& doctors = at_.doctors();
  expected_appointment appointment;
  appointment.starts_at_ms = system_wall_clock().now_ms() / 60'000 * 60'000 + between(-20, 20).count() * 60'000;
  appointment.duration_min = 15;
  appointment.menu = menus[random_() % menus.size()];
  appointment.patients = {patient_};
  const auto first = random_() % doctors.size();
  appointment.doctors = {doctors[first]->who};
  if (doctors.size() > 1 && chance(0.2))
    appointment.doctors.push_back(doctors[(first + 1) % doctors.size()]->who);
  model_.book(room_, appointment).expect(patient_);
  for (const auto& doctor : doctors)
    model_.room(room_).expect(doctor->who);
  const json::object patient{{"name", patient_.name}, {"kana", made_up_name(number_).kana}};
  const auto patient_path = "/patients/" + patient_.person;
  const auto recorded = co_await at_.http("PUT", patient_path, patient);
  if (!recorded.ok())
    throw visit_failed("PUT /patients: " + recorded.complaint());
  const auto body = appointment_body(appointment);
  const auto path = "/appointments/" + room_;
  const auto booked = co_await at_.http("PUT", path, body);
  if (!booked.ok())
    throw visit_failed("PUT /appointments: " + booked.complaint());
  // Put once more, it must change nothing.
  if (chance(0.2))
    co_await at_.http("PUT", path, body);
  const auto on_board = [this] { return model_.room(room_).booked(); };
  co_await wait_for("the booked appointment on the board", on_board);
}

asio::awaitable<void> visit::change_booking() {
  auto next = model_.room(room_).appointment();
  next.starts_at_ms += 30 * 60'000;
  next.menu = "時間変更";
  model_.room(room_).plan(next);
  const auto body = appointment_body(next);
  const auto path = "/appointments/" + room_;
  const auto answer = co_await at_.http("PUT", path, body);
  if (!answer.ok())
    throw visit_failed("PUT /appointments, changed: " + answer.complaint());
  const auto changed = [this, &next] { return model_.room(room_).appointment().starts_at_ms == next.starts_at_ms; };
  co_await wait_for("the changed appointment on the board", changed);
}

asio::awaitable<void> visit::cancel() {
  const json::object nothing;
  const auto path = "/appointments/" + room_;
  const auto answer = co_await at_.http("DELETE", path, nothing);
  if (!answer.ok())
    throw visit_failed("DELETE /appointments: " + answer.complaint());
  const auto cancelled = [this] { return model_.room(room_).cancelled(); };
  co_await wait_for("the cancelled appointment on the board", cancelled);
  if (page_) {
    co_await see_eye_to_eye(*page_);
    const auto late = co_await page_->enter();
    at_.judge_refusal(late, room_, "appointment_cancelled", "entering a cancelled appointment");
  }
  co_await go_home();
}

std::unique_ptr<device> visit::make_device(device::kind what, const std::string& person, const std::string& token) {
  auto made =
      std::make_unique<device>(at_.shared(), model_, what, client_identity{person, token, room_}, room_, random_());
  at_.enlist(*made);
  made->client().start();
  return made;
}

asio::awaitable<void> visit::patient_arrives() {
  // A reservation system may bind a token to one room or not.
  const auto bound = chance(0.7) ? room_ : std::string{};
  page_ = make_device(device::kind::patient, patient_.person, at_.token(role::patient, patient_.person, bound));
  const auto connected = co_await page_->client().live();
  if (!connected)
    throw visit_failed("the patient's page cannot connect");
  if (chance(0.1))
    co_await probe_foreign_room();
  const auto entered = co_await page_->enter();
  judge(entered, {"room.participant_arrived"}, patient_.person, patient_.person);
  const auto waits = [this] {
    const auto* who = known(patient_.person);
    return who && who->whereabouts == "waiting";
  };
  co_await wait_for("the patient on the board", waits);
  co_await see_eye_to_eye(*page_);
}

asio::awaitable<void> visit::spend_time_waiting() {
  co_await pause(50, 400);
  if (chance(0.15))
    co_await probe_rights(*page_);
  if (chance(0.25))
    co_await hide_and_show(*page_);
  if (chance(0.4))
    co_await test_devices(*page_);
  if (chance(0.3))
    co_await drop_and_return(*page_);
  if (chance(0.15))
    co_await leave_and_return(*page_);
  if (chance(0.25))
    co_await second_device();
}

asio::awaitable<void> visit::guest_arrives() {
  constexpr std::array parties{"family", "nurse", "specialist", "interpreter"};
  guest_.party = parties[random_() % parties.size()];
  guest_.name = made_up_name(random_()).name;
  const json::object invite{
      {"type", "invite"}, {"room", room_}, {"party", guest_.party}, {"display_name", guest_.name}};
  auto& console = at_.console();
  const auto invited = co_await console.ask(invite);
  judge(invited, {"room.guest_invited"}, "", console.person());
  if (!invited.ok)
    throw visit_failed("no guest can be invited");
  guest_.person = text_in(invited.reply, "person");
  model_.room(room_).expect(guest_);
  const json::object redeem{{"clinic", at_.options().clinic},
                            {"room", room_},
                            {"invite", text_in(invited.reply, "invite")},
                            {"secret", text_in(invited.reply, "secret")}};
  const auto redeemed = co_await at_.post("/v1/invites/redeem", redeem);
  if (!redeemed.ok())
    throw visit_failed("POST /v1/invites/redeem: " + redeemed.complaint());
  co_await probe_used_link(redeem);
  const auto answer = json::parse(redeemed.body);
  guest_page_ = make_device(device::kind::guest, guest_.person, std::string(text_in(answer.as_object(), "token")));
  const auto connected = co_await guest_page_->client().live();
  if (!connected)
    throw visit_failed("the guest's page cannot connect");
  if (chance(0.5))
    co_await probe_rights(*guest_page_);
  const auto entered = co_await guest_page_->enter();
  judge(entered, {"room.participant_arrived"}, guest_.person, guest_.person);
  co_await see_eye_to_eye(*guest_page_);
  if (chance(0.2))
    co_await drop_and_return(*guest_page_);
}

asio::awaitable<void> visit::doctor_enters() {
  const auto booked = model_.room(room_).appointment().doctors.front().person;
  doctor_ = co_await at_.take_doctor(booked);
  if (!doctor_)
    throw visit_failed("the doctor had no time for a minute");
  doctor_->app->go_to(room_);
  const auto entered = co_await doctor_->app->enter();
  judge(entered, {"room.participant_entered"}, booked, booked);
  if (!entered.ok)
    throw visit_failed("the doctor cannot enter");
}

asio::awaitable<void> visit::admit_all() {
  co_await pause(20, 200);
  if (chance(0.15))
    co_await lock_out(*page_);
  co_await admit(*page_);
  if (guest_page_ && chance(0.75))
    co_await admit(*guest_page_);
}

asio::awaitable<void> visit::consult() {
  co_await pause(100, 900);
  if (chance(0.5))
    co_await mute_and_speak(*page_);
  if (chance(0.5))
    co_await mute_and_speak(*doctor_->app);
  if (chance(0.2))
    co_await drop_and_return(*page_);
  if (chance(0.2))
    co_await drop_and_return(*doctor_->app);
  if (chance(0.15))
    co_await leave_and_return(*page_);
  if (chance(0.15))
    co_await leave_and_return(*doctor_->app);
  if (chance(0.12))
    co_await send_back_and_admit(*page_);
  if (chance(0.2))
    co_await second_doctor();
  if (guest_page_ && chance(0.3))
    co_await remove_guest();
  if (chance(0.1) && !phone_) {
    page_->cut(std::nullopt);
    lost_ = true;
    at_.shared().findings.count("patients lost for good");
    const auto doubted = [this] {
      const auto* who = known(patient_.person);
      return who->unstable_since_ms || !who->is_present();
    };
    co_await wait_for("doubt about the patient who was cut off", doubted);
  }
  co_await pause(50, 600);
}

asio::awaitable<void> visit::end() {
  if (chance(0.3)) {
    const auto left = co_await doctor_->app->leave();
    judge(left, {"room.participant_left"}, doctor_->who.person, doctor_->who.person);
  } else if (chance(0.25)) {
    // The doctor may go on to the next room while this one is still open: the engine must take the doctor out here.
    at_.free_doctor(*std::exchange(doctor_, nullptr));
    co_await pause(200, 800);
  }
  std::string by;
  const auto ended = co_await command("end_consultation", "", by);
  judge(ended, {"room.consultation_ended"}, "", by);
  const auto over = [this] { return model_.room(room_).ended(); };
  co_await wait_for("the end on the board", over);
  at_.shared().findings.count("consultations ended");
  if (!lost_)
    co_await see_eye_to_eye(*page_);
}

asio::awaitable<void> visit::reopen() {
  std::string by;
  const auto reopened = co_await command("reopen_consultation", "", by);
  judge(reopened, {"room.consultation_reopened"}, "", by);
  if (!doctor_) {
    co_await doctor_enters();
  } else {
    const auto entered = co_await doctor_->app->enter();
    judge(entered, {"room.participant_entered"}, doctor_->who.person, doctor_->who.person);
  }
  if (!lost_) {
    const auto back = co_await page_->enter();
    judge(back, {"room.participant_arrived"}, patient_.person, patient_.person);
    co_await admit(*page_);
  }
  co_await pause(50, 300);
  const auto ended = co_await command("end_consultation", "", by);
  judge(ended, {"room.consultation_ended"}, "", by);
  const auto over_again = [this] { return model_.room(room_).bill_revision() == 2; };
  co_await wait_for("the second end on the board", over_again);
}

asio::awaitable<void> visit::after_the_end() {
  if (lost_ || !chance(0.3))
    co_return;
  const auto late = co_await page_->enter();
  at_.judge_refusal(late, room_, "room_ended", "entering after the end");
}

} // namespace machiai
