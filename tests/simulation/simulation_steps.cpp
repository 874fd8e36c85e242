#include "tests/simulation/simulation.hpp"
#include "tests/support/actor_peek.hpp"

#include <caf/send.hpp>

#include <algorithm>

/// \file What can happen in one step of a simulation.
namespace machiai::test {

void simulation::take_step() {
  const auto kind = dice_.below(1000);
  if (kind < 800 && engine().jobs() > 0)
    run_someone();
  else if (kind < 850)
    let_time_pass();
  else if (kind < 998)
    act(dice_.pick(clients_));
  else
    harm();
}

void simulation::run_someone() {
  const auto index = dice_.below(engine().jobs());
  if (options_.verbose)
    note("runs " + engine().job_name(index));
  engine().run_job(index);
  if (hung_.engine && dice_.chance(200) && hung_.engine->jobs() > 0)
    hung_.engine->run_job(dice_.below(hung_.engine->jobs()));
}

void simulation::let_time_pass() {
  if (dice_.chance(900)) {
    const milliseconds length{dice_.between(1, 300)};
    engine().advance(length, false);
    return;
  }
  speak_or_drop_the_silent();
  const milliseconds length{dice_.chance(100) ? dice_.between(60'000, 3'000'000) : dice_.between(1'000, 40'000)};
  note("time passes: " + std::to_string(length.count()) + " ms");
  engine().advance(length);
  // Everybody has come to rest: whoever was killed stands again.
  killed_.clear();
}

void simulation::speak_or_drop_the_silent() {
  for (auto& x : clients_) {
    if (!x.connected || !x.silent)
      continue;
    if (dice_.chance(500)) {
      shard_of(x).speak(*session_of(x));
      x.silent = false;
    } else {
      disconnect(x, true);
    }
  }
}

void simulation::act(client& x) {
  auto* s = session_of(x);
  if (s == nullptr)
    return connect(x);
  const auto kind = calm_ ? dice_.below(750) : dice_.below(1000);
  if (kind < 700) {
    if (x.who.role == role::system)
      send(x, office_wish(x));
    else if (x.who.role == role::staff || (x.who.role == role::doctor && dice_.chance(400)))
      send(x, staff_wish(x));
    else
      send(x, person_wish(x));
  } else if (kind < 800) {
    repeat(x);
  } else if (kind < 900) {
    disconnect(x, true);
  } else if (x.silent) {
    shard_of(x).speak(*s);
    x.silent = false;
  } else if (x.what && s->person) {
    note(x.who.id.value + " of " + x.clinic.value + " falls silent");
    shard_of(x).fall_silent(*s);
    contacts_[{x.clinic, x.who.id}] = engine().now();
    x.silent = true;
    x.inside.reset();
  }
}

void simulation::connect(client& x) {
  x.shard = dice_.below(process_.shards.size());
  const auto resume = x.what && dice_.chance(800) ? x.seen : std::nullopt;
  x.sent_here.clear();
  x.silent = false;
  auto& s = shard_of(x).connect(x.clinic, x.who, x.what, resume, x.who.role == role::system);
  x.connected = s.id;
  note(x.who.id.value + " of " + x.clinic.value + " connects as " + std::to_string(s.id.number & 0xffffU) +
       (resume ? " from " + std::to_string(resume->seq) : ""));
  // Where a device is, it says anew on every connection; everything else is asked for again under the same id.
  for (const auto& what : std::exchange(x.unanswered, {}))
    if (!std::holds_alternative<person_command>(what.command) && (calm_ || dice_.chance(800)))
      shard_of(x).send(s, what.id, what.command);
}

void simulation::disconnect(client& x, bool politely) {
  if (x.connected && !x.silent)
    contacts_[{x.clinic, x.who.id}] = engine().now();
  if (auto* s = session_of(x)) {
    x.seen = s->position;
    x.unanswered = s->unanswered;
    if (politely) {
      note(x.who.id.value + " of " + x.clinic.value + " drops");
      shard_of(x).drop(*x.connected);
    }
  }
  x.connected.reset();
  x.inside.reset();
  x.silent = false;
}

void simulation::send(client& x, const any_command& command) {
  const command_id id{"k" + std::to_string(++commands_)};
  x.sent.push_back({id, command});
  x.sent_here.insert(id);
  if (std::holds_alternative<person_command>(command))
    x.inside.reset();
  note(x.who.id.value + " of " + x.clinic.value + " sends " + id.value + " (" + std::to_string(command.index()) + ")");
  shard_of(x).send(*session_of(x), id, command);
}

void simulation::repeat(client& x) {
  if (x.sent.empty())
    return;
  const auto& what = x.sent[x.sent.size() - 1 - dice_.below(std::min<size_t>(x.sent.size(), 8))];
  const auto is_newest = what.id == x.sent.back().id && x.sent_here.contains(what.id);
  if (std::holds_alternative<person_command>(what.command) && !is_newest)
    return;
  note(x.who.id.value + " of " + x.clinic.value + " repeats " + what.id.value);
  shard_of(x).send(*session_of(x), what.id, what.command);
}

any_command simulation::person_wish(const client& x) {
  const auto& room = dice_.pick(x.rooms);
  const auto kind = dice_.below(100);
  if (kind < 25)
    return person_command{leave_room{room}};
  if (kind < 35)
    return person_command{set_attention{room, dice_.chance(500)}};
  if (kind < 40)
    return person_command{set_media{room, dice_.chance(500), dice_.chance(500)}};
  if (kind < 43) {
    const auto found = dice_.chance(500) ? device_check::passed : device_check::refused;
    return person_command{report_device_test{room, found, found, found, device_check::passed}};
  }
  if (x.who.role == role::doctor)
    return person_command{enter_room{room}};
  return person_command{enter_waiting_room{room}};
}

any_command simulation::staff_wish(const client& x) {
  const auto& room = dice_.pick(x.rooms);
  const person_id patient{"p" + room.value.substr(1)};
  const auto kind = dice_.below(100);
  if (kind < 45)
    return room_command{admit{room, patient}};
  if (kind < 52)
    return room_command{send_back{room, patient}};
  if (kind < 62)
    return room_command{lock_room{room}};
  if (kind < 80)
    return room_command{unlock_room{room}};
  if (kind < 84)
    return room_command{end_consultation{room}};
  if (kind < 92)
    return room_command{reopen_consultation{room}};
  if (kind < 94)
    return room_command{invite_guest{room_id{"r1"}, party::family, "母", invite_id{"i1"}, person_id{"g1"}, "aa"}};
  if (kind < 98)
    return room_command{redeem_invite{room_id{"r1"}, invite_id{"i1"}, "aa"}};
  if (kind < 99)
    return room_command{remove_participant{room, person_id{"g1"}}};
  return room_command{admit{room_id{"r1"}, person_id{"g1"}}};
}

any_command simulation::office_wish(const client& x) {
  const auto& room = dice_.pick(x.rooms);
  const person_id patient{"p" + room.value.substr(1)};
  switch (dice_.below(8)) {
  case 0:
    return clinic_command{put_clinic{{"待合クリニック " + std::to_string(dice_.below(2))}}};
  case 1:
    return clinic_command{put_doctor{{person_id{dice_.chance(500) ? "d1" : "d2"}, "佐藤"}}};
  case 2:
    return clinic_command{put_patient{{patient, "患者", "カンジャ", "1", dice_.chance(500)}}};
  case 3:
    ++effects_[x.clinic][std::string{person_revoked::kind}];
    return clinic_command{revoke_person{person_id{"nobody"}}};
  case 4:
    if (dice_.chance(50))
      return room_command{cancel_appointment{room}};
    [[fallthrough]];
  default:
    return room_command{put_appointment{{room, simulation_start, 15, "再診", {patient}, {person_id{"d1"}}, false}}};
  }
}

void simulation::harm() {
  const auto kind = dice_.below(100);
  if (kind < 55)
    return kill_an_actor();
  if (kind < 75)
    return crash_engine();
  if (kind < 80)
    return stop_engine_as_planned();
  if (kind < 85)
    return let_engine_hang();
  const auto down = dice_.chance(500);
  note(down ? "the store goes down" : "the store is up");
  engine().store().set_down(down);
}

void simulation::kill_an_actor() {
  const auto clinic = process_.shards.front()->clinic(dice_.pick(clinics_));
  const auto* live = clinic ? state_of<clinic_actor_state>(clinic) : nullptr;
  if (live == nullptr || !live->is_awake())
    return;
  constexpr auto why = caf::exit_reason::kill;
  const auto& id = live->stream().id();
  std::vector<caf::actor> victims;
  for (const auto& [room, child] : live->household().rooms())
    victims.push_back(caf::actor_cast<caf::actor>(child.actor));
  live->household().for_each_person(
      [&](const person_id&, const person_actor& actor) { victims.push_back(caf::actor_cast<caf::actor>(actor)); });
  disturb(id);
  if (victims.empty() || dice_.chance(100)) {
    note("clinic " + id.value + " is killed");
    caf::anon_send_exit(clinic, why);
    return;
  }
  note("a room or person of " + id.value + " is killed");
  caf::anon_send_exit(dice_.pick(victims), why);
  // It must have died, and been rebuilt, before anybody counts as undisturbed again.
  killed_.insert(id);
}

void simulation::crash_engine() {
  note("the engine dies");
  end_engine();
  time_ = time_ + milliseconds{dice_.chance(300) ? dice_.between(30'000, 120'000) : dice_.between(10, 20'000)};
  start_engine(true);
}

void simulation::stop_engine_as_planned() {
  note("the engine is stopped as planned");
  for (auto& x : clients_)
    if (x.connected)
      disconnect(x, false);
  for (auto& shard : process_.shards)
    shard->forget_all();
  caf::anon_send(engine().registry(), drain_clinics{});
  engine().advance(milliseconds{1000});
  caf::anon_send(engine().log(), mark_clean{});
  engine().advance(milliseconds{10});
  end_engine();
  time_ = time_ + milliseconds{dice_.between(10, 60'000)};
  start_engine(true);
}

void simulation::let_engine_hang() {
  note("the engine hangs, another takes over");
  for (auto& x : clients_)
    if (x.connected)
      disconnect(x, false);
  for (auto& shard : process_.shards)
    shard->forget_all();
  time_ = std::max(time_, engine().now()) + milliseconds{dice_.between(10, 20'000)};
  hung_.shards.clear();
  hung_.engine.reset();
  std::swap(hung_, process_);
  start_engine(true);
}

} // namespace machiai::test
