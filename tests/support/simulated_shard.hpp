#pragma once

#include "tests/support/simulated_engine.hpp"

#include <functional>
#include <map>
#include <set>
#include <variant>
#include <vector>

namespace machiai::test {

/// One thing a session was told.
struct told {
  enum class what { snapshot, frame, answer, refusal, expelled, call, call_refusal, replaced };
  what kind = what::frame;
  machiai::position position;
  /// A frame's key, an answer's command, the room somebody was put out of.
  std::string key;
  std::string text;
  bool more = false;
};

using any_command = std::variant<person_command, room_command, clinic_command, call_command>;

/// One connection as its shard knows it, and everything it was told in order.
struct session {
  session_id id;
  clinic_id clinic;
  principal who;
  /// As the token has it.
  std::string display_name;
  device_id device;
  /// None for a system that only asks.
  std::optional<machiai::topic> topic;
  std::optional<machiai::position> position;
  std::optional<resume_outcome> outcome;
  bool subscribed = false;
  bool silent = false;
  timestamp last_proof;
  person_actor person;
  /// Rooms this device is in or has asked to be let into.
  std::set<room_id> rooms;
  /// The call it joined, or asked to join.
  std::optional<room_id> call;
  struct pending {
    command_id id;
    any_command command;
  };
  std::vector<pending> unanswered;
  std::vector<told> story;

  [[nodiscard]] std::vector<told> all(told::what kind) const;
  /// The answer to a command; empty while there is none.
  [[nodiscard]] std::string answer(const std::string& command) const;
  [[nodiscard]] bool was_told(const std::string& part) const;
};

/// Stands for an I/O thread of the gateway: does what a shard owes its clinics (find and watch them, subscribe again
/// when they woke anew, name its devices to rebuilt persons, send again what has no answer) and records what its
/// sessions are told.
class simulated_shard {
public:
  simulated_shard(simulated_engine& engine, uint32_t index);
  ~simulated_shard();
  simulated_shard(const simulated_shard&) = delete;
  simulated_shard& operator=(const simulated_shard&) = delete;

  /// A connection that said hello. Without topic it only sends commands.
  session& connect(const clinic_id& clinic, const principal& who, std::optional<topic> what,
                   std::optional<position> resume = std::nullopt, bool create = false,
                   std::string display_name = "Taro");

  /// Sends a command, or sends it again.
  void send(session& from, const command_id& id, const any_command& command);

  void fall_silent(session& x);
  void speak(session& x);
  /// The connection is gone: so is the record of it.
  void drop(const session_id& id);
  /// The connections are gone because the engine goes down as planned: nobody is told.
  void forget_all() { sessions_.clear(); }
  /// The last session of the clinic is gone: the stream is closed.
  void close(const clinic_id& id);
  /// The whole thread is gone.
  void die();

  [[nodiscard]] session* find(const session_id& id);
  [[nodiscard]] std::map<session_id, session>& sessions() { return sessions_; }
  [[nodiscard]] clinic_actor clinic(const clinic_id& id);
  /// What tokens of the clinic are checked against here.
  [[nodiscard]] const machiai::credentials& credentials(const clinic_id& id) { return credentials_[id]; }
  [[nodiscard]] shard_actor actor() const { return actor_; }

  /// Called with everything a session is told.
  std::function<void(session&, const told&)> observer;

private:
  struct watched_clinic {
    clinic_actor actor;
    bool asking = false;
    bool create = false;
  };
  struct behavior;
  friend struct behavior;

  void look_for(const clinic_id& id);
  void look_again(const clinic_id& id);
  void found(const clinic_id& id, const clinic_actor& actor);
  void lost(caf::actor_id source);
  void subscribe_again(session& x);
  void pass_on(session& from, const session::pending& what);
  void name_devices(session& x);
  void join_call_again(const session& x);
  void record(session& to, told what);
  void hear(const feed_opened& x);
  void hear(const subscribed& x);
  void hear(const feed& x);
  void hear(const answered& x);
  void hear(const expelled& x);
  void hear(const person_rebuilt& x);
  void hear(const call_told& x);
  void hear(const call_forgotten& x);
  void hear(const session_replaced& x);
  void hear(const get_sessions& x);

  simulated_engine& engine_;
  uint32_t index_;
  uint64_t last_number_ = 0;
  shard_actor actor_;
  /// What the actor reaches this object by; null once it is gone.
  std::shared_ptr<simulated_shard*> link_;
  std::map<clinic_id, watched_clinic> clinics_;
  std::map<session_id, session> sessions_;
  std::map<clinic_id, machiai::credentials> credentials_;
};

} // namespace machiai::test
