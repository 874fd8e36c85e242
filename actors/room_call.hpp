#pragma once

#include "actors/call_messages.hpp"
#include "actors/model/call_roster.hpp"
#include "actors/model/room_state.hpp"

#include <cstddef>
#include <vector>

namespace machiai {

class engine_metrics;

/// Whatever the reason, in the same words: nobody learns from it which rooms there are.
caf::error not_in_call();

/// The call of one room: who is in it, and what one says to another. Owned by the room actor and gone with it: the
/// shards say again who had joined. A device whose connection is lost stays in for as long as a person's doubt may
/// last, since picture and sound may go on without us.
class room_call {
public:
  room_call(engine_metrics* metrics, size_t endpoints_max, milliseconds patience)
      : metrics_(metrics), endpoints_max_(endpoints_max), patience_(patience) {}
  ~room_call();
  room_call(const room_call&) = delete;
  room_call& operator=(const room_call&) = delete;

  /// What to tell whom, in this order.
  std::vector<call_told> take(const room_state& room, const call_message& x, timestamp now);

  void lose(const call_device_lost& x, timestamp now) { roster_.lose(x.session, now); }

  /// Who is not in the room any more is not in the call, nor who was lost for longer than the patience: what to tell
  /// those who remain.
  std::vector<call_told> settle(const room_state& room, const room_id& id, timestamp now);

private:
  std::vector<call_told> obey(const room_state& room, const call_message& x);
  std::vector<call_told> join(const room_state& room, const call_message& x);
  std::vector<call_told> leave(const call_message& x);
  std::vector<call_told> signal(const call_endpoint& from, const call_signal& what);
  std::vector<call_told> tell_consoles(const call_endpoint& from, const report_quality& what);
  [[nodiscard]] std::vector<call_told> tell_roster(const room_id& room, const std::vector<call_endpoint>& left) const;
  void count(int64_t change) const;

  engine_metrics* metrics_;
  size_t endpoints_max_;
  milliseconds patience_;
  call_roster roster_;
};

} // namespace machiai
