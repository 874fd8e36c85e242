#include "actors/event_log.hpp"
#include "actors/interfaces.hpp"
#include "actors/registry.hpp"
#include "actors/type_ids.hpp"
#include "bench/kit/clock.hpp"
#include "bench/kit/histogram.hpp"
#include "bench/kit/process_usage.hpp"
#include "config/error.hpp"
#include "config/wall_clock.hpp"
#include "store/event_store.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <unistd.h>
#include <unordered_map>
#include <vector>

/// More sessions than a process may have sockets: clinics with a real store and a stand-in for the gateway's shard,
/// whose sessions only take what they are sent. Prints one line of JSON: memory for each session, and how long an event
/// takes from its command to the last session of its clinic.
namespace machiai::bench {

namespace {

struct wish {
  uint32_t clinics = 2000;
  uint32_t sessions_each = 100;
  double rate = 2000;
  double seconds = 10;
};

/// What a shard keeps for each session at least: where it stands, and the frame on its way to it.
struct seat {
  session_id id;
  position top;
  std::shared_ptr<const std::string> frame;
};

struct watched {
  clinic_id id;
  clinic_actor actor;
  person_actor patient;
  size_t answers = 0;
  size_t subscribed = 0;
  uint64_t changes = 0;
  int64_t due_ns = 0;
  std::vector<seat> seats;
};

struct crowd_state {
  std::vector<watched> clinics;
  std::unordered_map<clinic_id, size_t> places;
  size_t ready = 0;
  size_t next = 0;
  uint64_t sent = 0;
  uint64_t shown = 0;
  uint64_t delivered = 0;
  int64_t from_ns = 0;
  int64_t until_ns = 0;
  int64_t resident_before = 0;
  int64_t resident_ready = 0;
  int64_t cpu_from_ns = 0;
  int64_t cpu_until_ns = 0;
  histogram latency;
};

constexpr timestamp morning{1'795'309'200'000};
constexpr uint64_t engine_id = 1;
const person_id patient{"patient"};
const room_id visit{"room"};

using tick = caf::atom_constant<caf::atom("tick")>;

class crowd_shard {
public:
  crowd_shard(caf::event_based_actor* self, crowd_state& state, const wish& wanted)
      : self_(self), s_(state), w_(wanted) {}

  void found(const clinic_found& x) {
    auto& at = s_.clinics[s_.places.at(x.clinic)];
    at.actor = caf::actor_cast<clinic_actor>(x.actor);
    send(at.actor, open_feed{engine_id, 0});
    clinic_profile profile;
    profile.name = "ベンチ医院";
    ask(at, "1", clinic_command{put_clinic{profile}});
    patient_profile known;
    known.patient = patient;
    known.name = "髙橋 けん";
    known.kana = "タカハシ ケン";
    ask(at, "2", clinic_command{put_patient{known}});
    put_appointment planned;
    planned.appointment.room = visit;
    planned.appointment.starts_at = morning;
    planned.appointment.patients = {patient};
    ask(at, "3", room_command{planned});
  }

  void hear(const answered& x) {
    auto& at = s_.clinics[s_.places.at(x.clinic)];
    if (++at.answers != 3)
      return;
    for (auto& seat : at.seats)
      send(at.actor, subscribe{seat.id, {role::staff, person_id{"staff"}}, "", {audience::staff, {}}, std::nullopt});
    send(at.actor,
         subscribe{patient_session(at), {role::patient, patient}, "", {audience::patient, visit}, std::nullopt});
  }

  void hear(const subscribed& x) {
    auto& at = s_.clinics[s_.places.at(x.clinic)];
    invariant(!x.refusal, "everybody may watch");
    if (x.person)
      at.patient = caf::actor_cast<person_actor>(x.person);
    if (++at.subscribed != at.seats.size() + 1 || ++s_.ready != s_.clinics.size())
      return;
    s_.resident_ready = resident_bytes_of(::getpid());
    s_.delivered = 0;
    s_.from_ns = now_ns();
    s_.until_ns = s_.from_ns + from_seconds(w_.seconds);
    s_.cpu_from_ns = cpu_ns_of(::getpid());
    work();
  }

  void hear(const feed& x) {
    auto& at = s_.clinics[s_.places.at(x.clinic)];
    for (const auto& f : x.frames) {
      if (f.topic.audience != audience::staff)
        continue;
      const auto shared = std::make_shared<const std::string>(f.text);
      for (auto& seat : at.seats) {
        seat.top = f.position;
        seat.frame = shared;
      }
      s_.delivered += at.seats.size();
      if (!f.more && at.due_ns != 0) {
        s_.latency.record(now_ns() - std::exchange(at.due_ns, 0));
        ++s_.shown;
      }
    }
  }

  /// Sends what is due, to clinics that have shown their last change.
  void work() {
    const auto now = now_ns();
    if (now >= s_.until_ns && s_.shown == s_.sent) {
      s_.cpu_until_ns = cpu_ns_of(::getpid());
      self_->quit();
      return;
    }
    const auto elapsed_s = static_cast<double>(std::min(now, s_.until_ns) - s_.from_ns) / 1e9;
    for (const auto due = static_cast<uint64_t>(elapsed_s * w_.rate); s_.sent < due; ++s_.sent)
      change(s_.clinics[s_.next++ % s_.clinics.size()], now);
    self_->delayed_send(self_, std::chrono::microseconds{500}, tick::value);
  }

private:
  void change(watched& at, int64_t now) {
    if (at.due_ns != 0)
      --s_.sent;
    if (at.due_ns != 0)
      return;
    at.due_ns = now;
    const command_origin origin{
        patient_session(at), command_id{"b" + std::to_string(++at.changes)}, {role::patient, patient}, 0};
    if (at.changes % 2 == 1)
      send(at.patient, device_command{origin, {enter_waiting_room{visit}}});
    else
      send(at.patient, device_command{origin, {leave_room{visit}}});
  }

  session_id patient_session(const watched& at) const { return {engine_id, at.seats.back().id.number + 1}; }

  void ask(const watched& at, const char* id, std::variant<clinic_command, room_command> what) {
    send(at.actor,
         clinic_request{{{engine_id, 1}, command_id{id}, {role::system, person_id{"bench"}}, 0}, std::move(what)});
  }

  template <class Actor, class Message>
  void send(const Actor& to, Message what) {
    self_->send(caf::actor_cast<caf::actor>(to), std::move(what));
  }

  caf::event_based_actor* self_;
  crowd_state& s_;
  const wish& w_;
};

caf::behavior crowd(caf::event_based_actor* self, crowd_state* state, const wish* wanted,
                    const registry_actor& registry) {
  const auto shard = std::make_shared<crowd_shard>(self, *state, *wanted);
  for (const auto& each : state->clinics)
    self->send(registry, seek_clinic{each.id, true});
  return {[shard](const clinic_found& x) { shard->found(x); }, [](const feed_opened&) {},
          [shard](const answered& x) { shard->hear(x); },      [shard](const subscribed& x) { shard->hear(x); },
          [shard](const feed& x) { shard->hear(x); },          [shard](tick) { shard->work(); }};
}

crowd_state prepared(const wish& wanted) {
  crowd_state state;
  uint64_t number = 1;
  for (uint32_t i = 0; i < wanted.clinics; ++i) {
    watched at;
    at.id = clinic_id{"clinic-" + std::to_string(i)};
    state.places[at.id] = i;
    for (uint32_t k = 0; k < wanted.sessions_each; ++k)
      at.seats.push_back({{engine_id, ++number}, {}, nullptr});
    ++number;
    state.clinics.push_back(std::move(at));
  }
  return state;
}

} // namespace

} // namespace machiai::bench

int main(int argc, char** argv) {
  using namespace machiai;
  using namespace machiai::bench;
  wish wanted;
  CLI::App app{"Sessions without sockets; prints one line of JSON"};
  app.add_option("--clinics", wanted.clinics)->check(CLI::Range(1, 100'000));
  app.add_option("--sessions", wanted.sessions_each, "Of each clinic")->check(CLI::Range(1, 100'000));
  app.add_option("--rate", wanted.rate, "Changes per second");
  app.add_option("--seconds", wanted.seconds);
  CLI11_PARSE(app, argc, argv);

  const auto folder = std::filesystem::temp_directory_path() / ("machiai-sessions-" + std::to_string(::getpid()));
  std::filesystem::create_directory(folder);
  environment shared;
  shared.clock = [] { return timestamp{system_wall_clock().now_ms()}; };
  shared.engine = engine_id;
  store_options options;
  options.url = "sqlite:" + (folder / "bench.db").string();
  auto store = open_store(options);
  if (!store) {
    std::fprintf(stderr, "%s\n", message_of(store.error()).c_str());
    return 1;
  }
  auto state = prepared(wanted);
  state.resident_before = resident_bytes_of(::getpid());
  {
    caf::actor_system_config config;
    config.add_message_types<caf::id_block::machiai>();
    config.set("scheduler.policy", caf::atom("sharing"));
    caf::actor_system system(config);
    system.await_actors_before_shutdown(false);
    const auto log = system.spawn<caf::detached>(event_log, shared, std::shared_ptr<event_store>(std::move(*store)));
    const auto seek = system.spawn(registry, shared, log);
    const auto all = system.spawn<caf::detached>(crowd, &state, &wanted, seek);
    caf::scoped_actor {
      system
      } -> wait_for(all);
    caf::anon_send_exit(seek, caf::exit_reason::kill);
    caf::anon_send_exit(log, caf::exit_reason::kill);
  }
  std::filesystem::remove_all(folder);
  const auto sessions = static_cast<int64_t>(wanted.clinics) * wanted.sessions_each;
  const auto spent_s = static_cast<double>(state.until_ns - state.from_ns) / 1e9;
  const boost::json::object result{
      {"clinics", wanted.clinics},
      {"sessions", sessions},
      {"events_per_s", static_cast<double>(state.shown) / spent_s},
      {"deliveries_per_s", static_cast<double>(state.delivered) / spent_s},
      {"resident_bytes_per_session", (state.resident_ready - state.resident_before) / sessions},
      {"resident_bytes_per_clinic", (state.resident_ready - state.resident_before) / wanted.clinics},
      {"cpu_us_per_event", static_cast<double>(state.cpu_until_ns - state.cpu_from_ns) / 1e3 /
                               static_cast<double>(std::max<uint64_t>(state.shown, 1))},
      {"latency_ms", state.latency.in_ms()}};
  std::printf("%s\n", boost::json::serialize(result).c_str());
}
