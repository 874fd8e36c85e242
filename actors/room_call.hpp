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

/// The call of one room: who is in it, and what one says to another. Owned by the room actor and gone with it: devices
/// whose signals are refused join again. A device whose connection is lost stays in while its person is merely in
/// doubt, since picture and sound may go on without us.
class room_call {
public:
  room_call(engine_metrics* metrics, size_t endpoints_max) : metrics_(metrics), endpoints_max_(endpoints_max) {}
  ~room_call();
  room_call(const room_call&) = delete;
  room_call& operator=(const room_call&) = delete;

  /// What to tell whom, in this order.
  std::vector<call_told> take(const room_state& room, const call_message& x);

  /// Who is not in the room any more is not in the call: what to tell those who remain.
  std::vector<call_told> settle(const room_state& room, const room_id& id);

private:
  std::vector<call_told> join(const room_state& room, const call_message& x);
  std::vector<call_told> leave(const room_id& room, const call_endpoint& who);
  std::vector<call_told> signal(const call_message& x, const call_endpoint& from, const call_signal& what);
  std::vector<call_told> tell_consoles(const call_message& x, const call_endpoint& from, const report_quality& what);
  [[nodiscard]] std::vector<call_told> tell_roster(const room_id& room, const std::vector<call_endpoint>& left) const;
  void count(int64_t change) const;

  engine_metrics* metrics_;
  size_t endpoints_max_;
  call_roster roster_;
};

} // namespace machiai
