#include "tests/support/simulated_shard.hpp"

#include "actors/type_ids.hpp"
#include "store/json_encode.hpp"

#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <utility>

namespace machiai::test {

namespace {

using full_shard = shard_actor::extend<caf::reacts_to<seek_clinic>>;

constexpr milliseconds seek_again_after{500};

const person_command* entry_in(const any_command& x) {
  const auto* command = std::get_if<person_command>(&x);
  const auto enters = command != nullptr && (std::holds_alternative<enter_waiting_room>(command->value) ||
                                             std::holds_alternative<enter_room>(command->value));
  return enters ? command : nullptr;
}

const leave_room* leave_in(const any_command& x) {
  const auto* command = std::get_if<person_command>(&x);
  return command != nullptr ? std::get_if<leave_room>(&command->value) : nullptr;
}

/// Tells what is asked from anything else, as the gateway does.
uint64_t digest_of(const any_command& x) {
  const auto text = std::visit(
      [](const auto& group) {
        return std::visit([](const auto& command) { return encode_json(command); }, group.value) +
               std::to_string(group.value.index());
      },
      x);
  return std::hash<std::string>{}(text + std::to_string(x.index())) | 1U;
}

} // namespace

std::vector<told> session::all(told::what kind) const {
  std::vector<told> result;
  std::copy_if(story.begin(), story.end(), std::back_inserter(result), [=](const told& x) { return x.kind == kind; });
  return result;
}

std::string session::answer(const std::string& command) const {
  for (const auto& x : story)
    if (x.kind == told::what::answer && x.key == command)
      return x.text;
  return {};
}

bool session::was_told(const std::string& part) const {
  return std::any_of(story.begin(), story.end(), [&](const told& x) { return x.text.find(part) != std::string::npos; });
}

/// The actor in front of the object.
struct simulated_shard::behavior {
  static full_shard::behavior_type run(full_shard::pointer self, const std::shared_ptr<simulated_shard*>& link,
                                       const registry_actor& registry) {
    self->set_down_handler([link](const caf::down_msg& x) {
      if (*link != nullptr)
        (*link)->lost(x.source.id());
    });
    return {
        [self, link](const clinic_found& x) {
          if (x.refusal)
            return self->delayed_send(self, seek_again_after, seek_clinic{x.clinic, true});
          const auto clinic = caf::actor_cast<clinic_actor>(x.actor);
          self->monitor(clinic);
          if (*link != nullptr)
            (*link)->found(x.clinic, clinic);
        },
        [link](const feed_opened& x) { pass(link, x); },
        [link](const subscribed& x) { pass(link, x); },
        [link](const feed& x) { pass(link, x); },
        [link](const answered& x) { pass(link, x); },
        [link](const expelled& x) { pass(link, x); },
        [link](const person_rebuilt& x) { pass(link, x); },
        [link](const get_sessions& x) { pass(link, x); },
        [link](const call_told& x) { pass(link, x); },
        [link](const call_forgotten& x) { pass(link, x); },
        [link](const session_replaced& x) { pass(link, x); },
        [self, registry](const seek_clinic& x) { self->send(registry, x); },
    };
  }

  template <class Message>
  static void pass(const std::shared_ptr<simulated_shard*>& link, const Message& x) {
    if (*link != nullptr)
      (*link)->hear(x);
  }
};

simulated_shard::simulated_shard(simulated_engine& engine, uint32_t index)
    : engine_(engine), index_(index), link_(std::make_shared<simulated_shard*>(this)) {
  actor_ = engine.system().spawn(behavior::run, link_, engine.registry());
}

simulated_shard::~simulated_shard() {
  *link_ = nullptr;
  caf::anon_send_exit(actor_, caf::exit_reason::kill);
}

void simulated_shard::hear(const get_sessions& x) {
  held_sessions held{x.look, {}};
  for (const auto& [id, each] : sessions_)
    if (each.clinic == x.clinic && !each.rooms.empty())
      held.sessions.push_back({each.who, *each.rooms.begin(), false});
  caf::send_as(actor_, caf::actor_cast<auditor_actor>(x.auditor), std::move(held));
}

void simulated_shard::close(const clinic_id& id) {
  caf::send_as(actor_, clinics_[id].actor, close_feed{engine_.shared().engine, index_});
}

void simulated_shard::die() {
  caf::anon_send_exit(actor_, caf::exit_reason::kill);
  sessions_.clear();
  clinics_.clear();
}

session& simulated_shard::connect(const clinic_id& clinic, const principal& who, std::optional<topic> what,
                                  std::optional<position> resume, bool create, std::string display_name) {
  const session_id id{engine_.shared().engine, (uint64_t{index_} << 48U) | ++last_number_};
  auto& x = sessions_[id];
  x.id = id;
  x.clinic = clinic;
  x.who = who;
  x.display_name = std::move(display_name);
  x.topic = std::move(what);
  x.position = resume;
  x.last_proof = engine_.now();
  clinics_[clinic].create = clinics_[clinic].create || create;
  if (clinics_[clinic].actor)
    subscribe_again(x);
  else
    look_for(clinic);
  return x;
}

void simulated_shard::look_for(const clinic_id& id) {
  auto& known = clinics_[id];
  if (!std::exchange(known.asking, true))
    caf::anon_send(caf::actor_cast<full_shard>(actor_), seek_clinic{id, known.create});
}

void simulated_shard::look_again(const clinic_id& id) {
  auto& known = clinics_[id];
  if (!std::exchange(known.asking, true))
    caf::delayed_anon_send(caf::actor_cast<full_shard>(actor_), seek_again_after, seek_clinic{id, known.create});
}

void simulated_shard::found(const clinic_id& id, const clinic_actor& actor) {
  auto& known = clinics_[id];
  known.asking = false;
  known.actor = actor;
  caf::send_as(actor_, actor, open_feed{engine_.shared().engine, index_});
  for (auto& [key, x] : sessions_)
    if (x.clinic == id)
      subscribe_again(x);
}

void simulated_shard::subscribe_again(session& x) {
  const auto& to = clinics_[x.clinic].actor;
  if (x.topic)
    caf::send_as(actor_, to, subscribe{x.id, x.who, x.display_name, *x.topic, x.position});
  for (const auto& what : x.unanswered)
    if (!x.topic || !std::holds_alternative<person_command>(what.command))
      pass_on(x, what);
}

void simulated_shard::lost(caf::actor_id source) {
  for (auto& [id, known] : clinics_) {
    if (!known.actor || known.actor->id() != source)
      continue;
    known.actor = nullptr;
    for (auto& [key, x] : sessions_)
      if (x.clinic == id) {
        x.subscribed = false;
        x.person = nullptr;
        look_again(id);
      }
  }
}

clinic_actor simulated_shard::clinic(const clinic_id& id) {
  const auto it = clinics_.find(id);
  return it == clinics_.end() ? clinic_actor{} : it->second.actor;
}

session* simulated_shard::find(const session_id& id) {
  const auto it = sessions_.find(id);
  return it == sessions_.end() ? nullptr : &it->second;
}

void simulated_shard::send(session& from, const command_id& id, const any_command& command) {
  if (const auto* entry = entry_in(command)) {
    if (from.who.role == role::doctor)
      from.rooms.clear();
    from.rooms.insert(room_of(*entry));
  }
  if (const auto* leave = leave_in(command))
    from.rooms.erase(leave->room);
  const auto known = std::find_if(from.unanswered.begin(), from.unanswered.end(),
                                  [&](const session::pending& x) { return x.id == id; });
  const auto* call = std::get_if<call_command>(&command);
  const auto has_answer = !call || std::holds_alternative<join_call>(call->value);
  if (known == from.unanswered.end() && has_answer)
    from.unanswered.push_back({id, command});
  if (clinics_[from.clinic].actor)
    pass_on(from, {id, command});
}

void simulated_shard::pass_on(session& from, const session::pending& what) {
  const command_origin origin{from.id, what.id, from.who, digest_of(what.command)};
  if (const auto* mine = std::get_if<person_command>(&what.command)) {
    if (from.person)
      caf::send_as(actor_, from.person, device_command{origin, *mine, from.device});
    return;
  }
  if (const auto* call = std::get_if<call_command>(&what.command)) {
    if (std::holds_alternative<join_call>(call->value))
      from.call = room_of(*call);
    else if (std::holds_alternative<leave_call>(call->value))
      from.call.reset();
    caf::send_as(actor_, clinics_[from.clinic].actor, call_message{from.id, what.id, from.who, from.device, *call});
    return;
  }
  clinic_request request{origin, {}};
  if (const auto* of_room = std::get_if<room_command>(&what.command))
    request.command = *of_room;
  else
    request.command = std::get<clinic_command>(what.command);
  caf::send_as(actor_, clinics_[from.clinic].actor, request);
}

void simulated_shard::fall_silent(session& x) {
  x.silent = true;
  x.last_proof = engine_.now();
  if (x.person)
    caf::send_as(actor_, x.person, device_silent{x.id, x.last_proof});
}

void simulated_shard::speak(session& x) {
  x.silent = false;
  if (x.person)
    caf::send_as(actor_, x.person, device_alive{x.id});
}

void simulated_shard::drop(const session_id& id) {
  const auto it = sessions_.find(id);
  if (it == sessions_.end())
    return;
  auto& x = it->second;
  if (x.person)
    caf::send_as(actor_, x.person, device_lost{x.id, x.silent ? x.last_proof : engine_.now()});
  const auto& clinic = clinics_[x.clinic].actor;
  if (clinic && x.call)
    caf::send_as(actor_, clinic, call_device_lost{x.id, *x.call});
  if (clinic && x.topic)
    caf::send_as(actor_, clinic, unsubscribe{x.id, *x.topic, x.who.id});
  sessions_.erase(it);
}

void simulated_shard::name_devices(session& x) {
  for (const auto& room : x.rooms)
    caf::send_as(actor_, x.person, device_back{x.id, room, true});
  if (x.silent)
    caf::send_as(actor_, x.person, device_silent{x.id, x.last_proof});
}

void simulated_shard::record(session& to, told what) {
  to.story.push_back(std::move(what));
  if (observer)
    observer(to, to.story.back());
}

void simulated_shard::hear(const feed_opened& x) {
  credentials_[x.clinic] = x.credentials;
}

void simulated_shard::hear(const subscribed& x) {
  auto* to = find(x.session);
  if (to == nullptr)
    return;
  if (x.refusal) {
    record(*to, {told::what::refusal, {}, {}, to_string(code_of(*x.refusal)), false});
    return;
  }
  to->subscribed = true;
  to->outcome = x.outcome;
  to->person = caf::actor_cast<person_actor>(x.person);
  if (x.outcome == resume_outcome::reload)
    record(*to, {told::what::snapshot, x.position, {}, x.frames.at(0), false});
  else
    for (const auto& text : x.frames)
      record(*to, {told::what::frame, x.position, {}, text, false});
  to->position = x.position;
  if (!to->person)
    return;
  name_devices(*to);
  join_call_again(*to);
  for (const auto& what : to->unanswered)
    if (std::holds_alternative<person_command>(what.command))
      pass_on(*to, what);
}

void simulated_shard::hear(const feed& x) {
  for (auto& [id, to] : sessions_)
    for (const auto& f : x.frames)
      if (to.clinic == x.clinic && to.subscribed && *to.topic == f.topic) {
        record(to, {told::what::frame, f.position, f.key, f.text, f.more});
        to.position = f.position;
      }
}

void simulated_shard::hear(const answered& x) {
  auto* to = find(x.session);
  if (to == nullptr)
    return;
  const auto known = std::find_if(to->unanswered.begin(), to->unanswered.end(),
                                  [&](const session::pending& p) { return p.id == x.command; });
  const auto in_flight = x.answer.find("\"in_flight\"") != std::string::npos;
  if (known != to->unanswered.end() && !in_flight) {
    const auto refused = x.answer.find("\"ok\":false") != std::string::npos;
    if (const auto* entry = entry_in(known->command); entry != nullptr && refused)
      to->rooms.erase(room_of(*entry));
    to->unanswered.erase(known);
  }
  record(*to, {told::what::answer, {}, x.command.value, x.answer, false});
}

void simulated_shard::hear(const expelled& x) {
  for (auto& [id, to] : sessions_)
    if (to.clinic == x.clinic && to.who.id == x.person) {
      to.rooms.erase(x.room);
      record(to, {told::what::expelled, {}, x.room.value, {}, false});
    }
}

void simulated_shard::hear(const person_rebuilt& x) {
  for (auto& [id, to] : sessions_)
    if (to.clinic == x.clinic && to.who.id == x.id && to.person) {
      to.person = caf::actor_cast<person_actor>(x.person);
      name_devices(to);
    }
}

void simulated_shard::hear(const call_told& x) {
  if (!x.session) {
    for (auto& [id, to] : sessions_)
      if (to.clinic == x.clinic && to.topic && to.topic->audience == audience::staff)
        record(to, {told::what::call, {}, {}, x.text, false});
    return;
  }
  auto* to = find(*x.session);
  if (!to || (x.command && x.command->empty()))
    return;
  if (x.command)
    std::erase_if(to->unanswered, [&](const session::pending& waiting) { return waiting.id == *x.command; });
  const auto key = x.command ? x.command->value : std::string{};
  if (x.refusal)
    record(*to, {told::what::call_refusal, {}, key, machiai::to_string(code_of(*x.refusal)), false});
  else
    record(*to, {told::what::call, {}, key, x.text, false});
}

void simulated_shard::hear(const call_forgotten& x) {
  for (const auto& [id, each] : sessions_)
    if (each.clinic == x.clinic && each.call == x.room)
      join_call_again(each);
}

void simulated_shard::join_call_again(const session& x) {
  if (x.call)
    caf::send_as(actor_, clinics_[x.clinic].actor, call_message{x.id, {}, x.who, x.device, {join_call{*x.call}}});
}

void simulated_shard::hear(const session_replaced& x) {
  if (auto* to = find(x.session))
    record(*to, {told::what::replaced, {}, {}, {}, false});
}

} // namespace machiai::test
