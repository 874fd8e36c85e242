#pragma once

#include "actors/board_gauges.hpp"
#include "actors/clinic_household.hpp"
#include "actors/clinic_stream.hpp"
#include "actors/environment.hpp"
#include "actors/interfaces.hpp"
#include "actors/watch_list.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <chrono>
#include <map>
#include <optional>

namespace machiai {

/// What a clinic wakes with.
struct clinic_awakening {
  clinic_woken woken;
  /// When somebody first wanted it awake, on the actor clock.
  std::chrono::steady_clock::time_point asked_at;
};

/// State of a clinic actor: the only writer of its clinic's stream. What rooms decide is numbered, logged and shown
/// (clinic_stream); rooms and persons live and die with it (clinic_household). Ends when the log refuses an append,
/// when its children die too often, and when nobody needs it.
class clinic_actor_state {
public:
  static constexpr const char* name = "clinic";

  explicit clinic_actor_state(clinic_actor::pointer self) : self_(self) {}

  /// Fails with `ec::store_damaged` when the history does not read.
  caf::error init(environment shared, const clinic_awakening& how, event_log_actor log, registry_actor registry);

  void open(const open_feed& x);
  void close(const close_feed& x);
  void watch(const subscribe& x);
  void unwatch(const unsubscribe& x) { watches_.remove(x.session, x.topic, x.person); }
  void list_visits(const get_visits& x);
  void show_invitation(const get_invitation& x);
  void let_go(const person_idle& x);
  void request(const clinic_request& x);
  void repeat(const repeat_answer& x);
  void pass_on(const call_message& x);
  void pass_on(const call_device_lost& x);
  void tell(call_told x);
  void replace(const device_replaced& x);
  caf::result<room_actor> find(const get_room& x);
  [[nodiscard]] caf::result<bool> check(const check_entry& x) const;
  void number(const room_decided& x);
  void release(const appended& x);
  void give_up(const append_failed& x);
  [[nodiscard]] clinic_view view(const get_clinic_view& x) const;
  void sleep();
  void look_around();
  void child_down(const caf::down_msg& x);

  /// False until the clinic has read its history; before that there is neither of the following.
  [[nodiscard]] bool is_awake() const { return household_.has_value(); }
  [[nodiscard]] const clinic_stream& stream() const { return *stream_; }
  [[nodiscard]] const clinic_household& household() const { return *household_; }

private:
  void decide_here(const command_origin& origin, const clinic_command& command);
  void ask_room(const command_origin& origin, const room_command& command);
  void tell_person(const event& x, const room_decided& from);
  void tell_place(const room_id& room, const person_id& who, uint64_t heard);
  void end_turn();
  void send_released(uint64_t ticket, int64_t committed_at_us);
  [[nodiscard]] std::optional<caf::error> refusal_of(const subscribe& x) const;
  /// Whether somebody was invited under this id.
  [[nodiscard]] bool is_guest(const person_id& id) const;
  /// A token may claim any id: that of a patient must not let a doctor's token act as this patient, nor the reverse.
  [[nodiscard]] bool is_somebody_else(const principal& who) const;
  [[nodiscard]] identity identity_of(const subscribe& x) const;
  [[nodiscard]] credentials current_credentials() const;
  [[nodiscard]] bool is_needed() const;
  /// Begins to let go what nobody watches.
  void tidy_up();

  clinic_actor::pointer self_;
  environment shared_;
  std::optional<actor_gauge> counted_;
  clinic_id id_;
  event_log_actor log_;
  registry_actor registry_;
  std::optional<clinic_stream> stream_;
  std::optional<clinic_household> household_;
  std::map<shard_key, shard_actor> feeds_;
  watch_list watches_;
  std::chrono::steady_clock::time_point needed_at_;
  bool going_to_sleep_ = false;
};

/// Spawned by the registry with what the log read.
clinic_actor::behavior_type clinic(clinic_actor::stateful_pointer<clinic_actor_state> self, environment shared,
                                   const clinic_awakening& how, event_log_actor log, registry_actor registry);

} // namespace machiai
