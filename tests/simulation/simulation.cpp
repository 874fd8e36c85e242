#include "tests/simulation/simulation.hpp"

#include "store/event_codec.hpp"
#include "tests/simulation/history_checks.hpp"
#include "tests/support/actor_peek.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <cstdio>

namespace machiai::test {

namespace {

constexpr size_t shards = 2;
constexpr size_t rooms_per_clinic = 4;
constexpr size_t journal_max = 60;

settings small_settings(dice& chance) {
  settings x;
  x.store.commit_interval_us = chance.chance(500) ? 0 : 1000;
  x.clinic.ring_frames_max = 20;
  x.clinic.snapshot_every_events = 15;
  x.clinic.sleep_after_ms = 20000;
  return x;
}

commit_faults some_faults(dice& chance) {
  commit_faults x;
  for (uint64_t number = 1; number <= 3000; ++number) {
    if (chance.chance(10))
      x.fail_before.insert(number);
    else if (chance.chance(10))
      x.fail_after.insert(number);
  }
  return x;
}

} // namespace

simulation::simulation(simulation_options options)
    : options_(options), dice_(options.seed), settings_(std::make_shared<settings>(small_settings(dice_))) {}

simulation::~simulation() {
  end_engine();
  hung_.shards.clear();
}

void simulation::note(std::string what) {
  if (options_.verbose)
    std::printf("%zu %s\n", step_, what.c_str());
  journal_.push_back(std::to_string(step_) + ' ' + std::move(what));
  if (journal_.size() > journal_max)
    journal_.pop_front();
}

void simulation::fail(std::string what) {
  if (failure_.empty())
    failure_ = std::move(what);
}

void simulation::start_engine(bool with_faults) {
  engine_options x;
  // Prices change with a restart; a consultation that has begun keeps its own.
  auto repriced = *settings_;
  repriced.billing.unit_yen += static_cast<uint32_t>(engines_ % 3) * 10;
  x.settings = std::make_shared<settings>(std::move(repriced));
  x.disk = disk_;
  x.engine = ++engines_;
  x.starts_at = time_;
  if (with_faults)
    x.faults = some_faults(dice_);
  process_.engine = std::make_unique<simulated_engine>(std::move(x));
  for (uint32_t i = 0; i < shards; ++i) {
    process_.shards.push_back(std::make_unique<simulated_shard>(engine(), i));
    process_.shards.back()->observer = [this](session& who, const told& what) { hear(who, what); };
  }
  note("engine " + std::to_string(engines_) + " starts at " + to_rfc3339(time_));
}

void simulation::end_engine() {
  if (!process_.engine)
    return;
  for (auto& x : clients_)
    if (x.connected)
      disconnect(x, false);
  time_ = std::max(time_, engine().now());
  process_.shards.clear();
  process_.engine.reset();
}

session* simulation::session_of(const client& x) {
  return x.connected ? shard_of(x).find(*x.connected) : nullptr;
}

void simulation::found_clinics() {
  for (size_t c = 1; c <= options_.clinics; ++c) {
    const clinic_id clinic{"c" + std::to_string(c)};
    clinics_.push_back(clinic);
    std::vector<room_id> rooms;
    for (size_t r = 1; r <= rooms_per_clinic; ++r)
      rooms.emplace_back("r" + std::to_string(r));
    const topic board{audience::staff, {}};
    clients_.push_back({clinic, {role::system, person_id{"emr"}}, {}, rooms, {}, 0, false, {}, {}, {}, {}, {}, {}});
    for (const auto* name : {"desk", "desk2"})
      clients_.push_back({clinic, {role::staff, person_id{name}}, board, rooms, {}, 0, false, {}, {}, {}, {}, {}, {}});
    for (const auto* name : {"d1", "d1", "d2"})
      clients_.push_back({clinic, {role::doctor, person_id{name}}, board, rooms, {}, 0, false, {}, {}, {}, {}, {}, {}});
    for (size_t r = 1; r <= rooms_per_clinic; ++r)
      for (size_t device = 0; device < 2; ++device) {
        const room_id room{"r" + std::to_string(r)};
        const person_id patient{"p" + std::to_string(r)};
        const topic visit{audience::patient, room};
        clients_.push_back({clinic, {role::patient, patient}, visit, {room}, {}, 0, false, {}, {}, {}, {}, {}, {}});
      }
    clients_.push_back({clinic,
                        {role::guest, person_id{"g1"}},
                        topic{audience::guest, room_id{"r1"}},
                        {room_id{"r1"}},
                        {},
                        0,
                        false,
                        {},
                        {},
                        {},
                        {},
                        {},
                        {}});
  }
}

void simulation::open_practice() {
  for (auto& x : clients_) {
    if (x.who.role != role::system)
      continue;
    connect(x);
    send(x, clinic_command{put_clinic{{"待合クリニック"}}});
    for (const auto* doctor : {"d1", "d2"})
      send(x, clinic_command{put_doctor{{person_id{doctor}, "佐藤"}}});
    for (const auto& room : x.rooms) {
      const person_id patient{"p" + room.value.substr(1)};
      send(x, clinic_command{put_patient{{patient, "患者", "カンジャ", "1", false}}});
      send(x, room_command{put_appointment{{room, time_, 15, "再診", {patient}, {person_id{"d1"}}, false}}});
    }
  }
  engine().advance(milliseconds{2000});
}

void simulation::hear(const session& who, const told& what) {
  if (auto wrong = watcher_.check(who, what); !wrong.empty())
    fail(who.who.id.value + " of " + who.clinic.value + ": " + wrong);
  const auto x = std::find_if(clients_.begin(), clients_.end(), [&](const client& c) { return c.connected == who.id; });
  if (x == clients_.end())
    return;
  if (what.kind == told::what::expelled)
    x->inside.reset();
  if (what.kind == told::what::snapshot)
    x->story.clear();
  if (what.kind == told::what::snapshot || what.kind == told::what::frame)
    x->story.push_back(what);
  if (what.kind != told::what::answer || word_in(what.text, "code") == "in_flight")
    return;
  const auto known =
      std::find_if(x->sent.begin(), x->sent.end(), [&](const session::pending& p) { return p.id.value == what.key; });
  const auto* mine = known == x->sent.end() ? nullptr : std::get_if<person_command>(&known->command);
  const auto entered = mine != nullptr && (std::holds_alternative<enter_room>(mine->value) ||
                                           std::holds_alternative<enter_waiting_room>(mine->value));
  if (entered && what.text.find("\"ok\":true") != std::string::npos && x->sent_here.contains(known->id) && !x->silent &&
      who.rooms.contains(room_of(*mine)))
    x->inside = client::stay{room_of(*mine), number_in(what.text, "seq")};
}

timestamp simulation::contact_of(const clinic_id& clinic, const person_id& who) {
  for (const auto& x : clients_)
    if (x.clinic == clinic && x.who.id == who && x.connected && !x.silent)
      return engine().now();
  return contacts_[{clinic, who}];
}

void simulation::check_new_losses() {
  for (const auto& [id, rows] : disk_->clinics)
    for (auto& next = events_checked_[id]; next < rows.events.size(); ++next) {
      const auto x = *to_event(rows.events[next]);
      // Whoever was let in after the connection had gone was there for no time at all, but at that time.
      if (std::holds_alternative<participant_entered>(x.payload.value) ||
          std::holds_alternative<participant_arrived>(x.payload.value))
        contacts_[{id, subject_of(x.payload)}] = std::max(contacts_[{id, subject_of(x.payload)}], x.at);
      const auto* left = std::get_if<participant_left>(&x.payload.value);
      if (left == nullptr || left->reason != leave_reason::lost)
        continue;
      auto proof = std::max(contact_of(id, left->person), disturbed_at_[id]);
      // A command counts when the engine comes to it, as an entrance does: leaving on one device proves presence.
      for (const auto& answer : rows.answers)
        if (answer.principal == left->person)
          proof = std::max(proof, answer.at);
      if (left->left_at > proof) {
        note_history(id);
        fail(left->person.value + " of " + id.value + " was last heard of at " + to_rfc3339(proof) +
             " and is said to have left at " + to_rfc3339(left->left_at));
      }
    }
}

void simulation::disturb(const clinic_id& clinic) {
  disturbed_at_[clinic] = engine().now();
  for (auto& x : clients_)
    if (x.clinic == clinic)
      x.inside.reset();
}

void simulation::notice_new_owners() {
  for (const auto& id : clinics_) {
    const auto found = disk_->clinics.find(id);
    if (killed_.contains(id))
      disturb(id);
    if (found != disk_->clinics.end() && std::exchange(epochs_[id], found->second.epoch) != found->second.epoch) {
      // Its persons stand again only when the new owner has read the history.
      killed_.insert(id);
      disturb(id);
    }
  }
}

std::string simulation::run() {
  try {
    found_clinics();
    start_engine(true);
    open_practice();
    for (step_ = 1; step_ <= options_.steps && failure_.empty(); ++step_) {
      take_step();
      notice_new_owners();
      check_new_losses();
    }
    if (failure_.empty())
      converge();
    if (failure_.empty())
      check_everything();
  } catch (const std::exception& x) {
    fail(x.what());
  }
  return failure_;
}

void simulation::converge() {
  note("faults stop");
  calm_ = true;
  hung_.shards.clear();
  hung_.engine.reset();
  end_engine();
  time_ = time_ + milliseconds{100};
  start_engine(false);
  // Whoever is connected again asks again for what it has no answer to, and stays.
  for (auto& x : clients_)
    if (dice_.chance(700))
      connect(x);
  engine().advance(milliseconds{15000});
  killed_.clear();
  notice_new_owners();
  for (auto& x : clients_)
    if (x.connected && x.who.role != role::system && x.what && dice_.chance(500))
      act(x);
  engine().advance(milliseconds{120000});
}

std::string simulation::summary() const {
  size_t events = 0;
  size_t answers = 0;
  size_t wakes = 0;
  for (const auto& [id, rows] : disk_->clinics) {
    events += rows.events.size();
    answers += rows.answers.size();
    wakes += rows.epoch;
  }
  return std::to_string(commands_) + " commands, " + std::to_string(answers) + " answers, " + std::to_string(events) +
         " events, " + std::to_string(engines_) + " engines, " + std::to_string(wakes) + " wakes";
}

void simulation::check_everything() {
  for (const auto& id : clinics_)
    if (auto wrong = check_clinic(id); !wrong.empty()) {
      note_history(id);
      return fail(id.value + ": " + wrong);
    }
  for (const auto& shard : process_.shards)
    for (const auto& [id, x] : shard->sessions())
      if (!x.unanswered.empty() && (!x.topic || x.subscribed))
        return fail(x.who.id.value + " of " + x.clinic.value + " never got the answer to " +
                    x.unanswered.front().id.value);
}

void simulation::note_history(const clinic_id& clinic) {
  for (const auto& x : disk_->clinics[clinic].events)
    journal_.push_back("stored " + std::to_string(x.seq) + "/" + std::to_string(x.epoch) + ' ' + to_rfc3339(x.at) +
                       ' ' + x.kind + ' ' + x.room.value + ' ' + x.subject.value + " by " + x.author + ' ' + x.body);
}

std::vector<client> simulation::clients_of(const clinic_id& clinic) const {
  std::vector<client> result;
  std::copy_if(clients_.begin(), clients_.end(), std::back_inserter(result),
               [&](const client& x) { return x.clinic == clinic; });
  return result;
}

std::string simulation::check_clinic(const clinic_id& clinic) {
  const auto found = disk_->clinics.find(clinic);
  if (found == disk_->clinics.end() || found->second.events.empty())
    return {};
  const auto& rows = found->second;
  const auto state = fold(rows);
  std::map<session_id, const session*> sessions;
  for (const auto& shard : process_.shards)
    for (const auto& [id, x] : shard->sessions())
      if (x.clinic == clinic)
        sessions[id] = &x;
  std::string wrong;
  const auto first = [&](std::string found_wrong) {
    if (wrong.empty())
      wrong = std::move(found_wrong);
  };
  first(check_numbering(disk_, clinic));
  first(check_one_answer(rows));
  first(check_effects(rows, effects_[clinic]));
  first(check_one_room_per_doctor(rows));
  first(check_bills(rows));
  first(check_actors(clinic));
  first(check_presence(state, rows, clients_of(clinic), sessions));
  for (const auto& x : clients_of(clinic))
    if (const auto it = x.connected ? sessions.find(*x.connected) : sessions.end();
        it != sessions.end() && it->second->subscribed)
      first(check_view(state, x));
  return wrong;
}

std::string simulation::check_actors(const clinic_id& clinic) {
  for (const auto& shard : process_.shards) {
    const auto actor = shard->clinic(clinic);
    const auto* live = actor ? state_of<clinic_actor_state>(actor) : nullptr;
    if (live == nullptr || !live->is_awake())
      continue;
    const auto& state = live->stream().state();
    auto stored = fold(disk_->clinics.at(clinic));
    if (state != stored)
      return "the clinic's state is not what its log says";
    for (const auto& [id, room] : live->household().rooms())
      if (const auto* known = state_of<room_actor_state>(room.actor);
          known != nullptr && known->known() != stored.rooms[id])
        return "the state of " + id.value + " is not what its log says";
  }
  return {};
}

} // namespace machiai::test
