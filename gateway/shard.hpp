#pragma once

#include "gateway/actor_mailbox.hpp"
#include "gateway/clinic_link.hpp"
#include "gateway/connection_host.hpp"
#include "gateway/io_shard.hpp"
#include "gateway/jwt.hpp"
#include "gateway/session.hpp"
#include "gateway/shard_common.hpp"
#include "gateway/shard_context.hpp"
#include "gateway/shard_metrics.hpp"

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace machiai {

class http_api;

/// One I/O thread's upper layer: its sessions, its streams of clinics, and the way between them. Frames in become
/// commands to actors; what actors say becomes frames, encoded once for all who get it. All on the shard's thread.
class shard : public connection_host {
public:
  shard(shard_context context, std::shared_ptr<shard_common> common, uint32_t index, caf::actor_system& system,
        transport_observer& observer);
  ~shard() override;

  io_shard& io() { return io_; }
  const shard_context& context() const { return context_; }

  /// From now on nobody's leaving is reported; clients are told to come back inside the window, then closed.
  void drain(uint32_t reconnect_window_ms);
  [[nodiscard]] bool is_draining() const { return draining_; }

  // For the HTTP side.

  /// Calls `next` when the clinic's stream is open here, or with the reason why it cannot be.
  void with_clinic(const clinic_id& id, bool create, clinic_link::continuation next);
  /// The open link, or null.
  clinic_link* link_of(const clinic_id& id);
  /// Who the bearer of this token is; the clinic it names must be open unless the operator's key signed it.
  std::variant<token_claims, auth_failure> check_token(const unverified_token& token) const;
  void send_request(clinic_link& link, clinic_request x);
  void send_subscribe(clinic_link& link, const subscribe& x);
  void ask(clinic_link& link, const get_visits& x);
  void ask(clinic_link& link, const get_invitation& x);
  void send_unsubscribe(const clinic_link& link, const unsubscribe& x);
  session_id session_of(connection_id connection) const { return {context_.shared.engine, connection}; }
  key_ring& ring() { return ring_; }
  const shard_metrics& metrics() const { return metrics_; }
  shard_common& common() { return *common_; }

  void on_request(connection_id from, http_request request) override;
  void on_open(connection_id id, const http_request& upgrade) override;
  void on_text(connection_id id, std::string_view message) override;
  void on_beat(connection_id id) override;
  void on_silent(connection_id id, int64_t last_proof_ms) override;
  void on_alive_again(connection_id id, int64_t at_ms) override;
  void on_drained_after_overflow(connection_id id) override;
  close_order on_fault(connection_id id, transport_fault fault) override;
  void on_close(connection_id id, const close_info& how) override;
  void on_flushed() override;

private:
  // From actors.
  void take(const clinic_found& x);
  void take(const feed_opened& x);
  void take(const subscribed& x);
  void take(const feed& x);
  void take(const answered& x);
  void take(const expelled& x);
  void take(const person_rebuilt& x);
  void take(const call_told& x);
  void take(const call_forgotten& x);
  void take(const session_replaced& x);
  void take(const get_sessions& x);
  void take(const caf::down_msg& x);

  // From clients.
  void greet(session& s, hello x);
  void join(session& s, const unverified_token& token);
  void refuse_token(session& s, auth_failure why);
  void renew_token(session& s, const renew& x);
  void send_beat(session& s);
  void obey(session& s, addressed_command x);
  static caf::error too_many_in_flight();
  std::optional<caf::error> refusal_of(const session& s, const addressed_command& x) const;
  void forward(session& s, const clinic_link& link, addressed_command x, commands_in_flight::place place);
  /// About the call: nothing of it waits for the store, and only joining has an answer.
  void pass_on(session& s, const clinic_link& link, addressed_command x);
  [[nodiscard]] bool is_expired(const session& s) const;
  /// What a device said of itself holds.
  void note_entry(session& s, const person_command& x);
  /// Tells a person's new actor that this device is there.
  void name_device(const session& s);
  /// Tells a room's new actor that this device is in its call, if it was.
  void join_call_again(const session& s);
  /// The device left the room, or its connection is gone.
  void leave_call_of(const session& s, const room_id& room);
  void lose_call_of(const session& s);
  void say_of_call(const session& s, const clinic_link& link, command_id id, call_command what);
  void subscribe_session(session& s, std::optional<position> resume);
  void welcome(session& s, const subscribed& x);
  void seek(clinic_link& link, bool create);
  void reopen(clinic_link& link);
  void finish_waiting(clinic_link& link, const caf::error* refusal);
  void leave_link(session& s);
  void check_entitlement(clinic_link& link);
  void expire_commands();
  /// Tells the client that what it asked up to `latest_ms` (monotonic) may or may not have come to anything.
  void expire_commands(session& s, int64_t latest_ms);
  /// Lets go of clinics that nobody here looks at or asks, so that they can go to sleep.
  void close_idle_links();
  void close_when_answered(int64_t latest_ms);

  session* find(connection_id id);
  session* find(const session_id& id);
  void send_text(const session& s, std::string_view text, frame_kind kind = frame_kind::reply);
  void end(session& s, const caf::error& why);
  [[nodiscard]] timestamp now() const { return context_.shared.clock(); }
  [[nodiscard]] timestamp proof_time(int64_t monotonic_ms) const;

  shard_context context_;
  /// Before whatever holds a place in its counters.
  std::shared_ptr<shard_common> common_;
  uint32_t index_;
  io_shard io_;
  actor_mailbox mailbox_;
  key_ring ring_;
  shard_metrics metrics_;
  std::unique_ptr<http_api> http_;
  std::unordered_map<connection_id, session> sessions_;
  /// Begun here so far: tells their snapshots apart.
  uint64_t subscriptions_ = 0;
  std::unordered_map<clinic_id, clinic_link> links_;
  /// The call that a session joined, or asked to join.
  std::unordered_map<connection_id, room_id> calls_;
  /// When the feeds were decided and committed whose frames this turn of the loop is to write.
  struct feed_times {
    int64_t decided_at_us = 0;
    int64_t committed_at_us = 0;
  };
  std::vector<feed_times> unwritten_;
  bool draining_ = false;
};

} // namespace machiai
