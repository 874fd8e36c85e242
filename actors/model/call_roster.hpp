#pragma once

#include "actors/model/call_commands.hpp"
#include "actors/model/session_id.hpp"
#include "store/timestamp.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

namespace machiai {

/// Who is in one room's call, and by which connection each is reached. A count is a size (DESIGN rule 5).
class call_roster {
public:
  enum class joined { anew, again, full };

  /// The endpoint is in from now on, by `session`. Again is harmless, and moves it there. At most `endpoints_max`.
  joined join(const call_endpoint& who, const session_id& session, size_t endpoints_max);

  /// False when it was not in, or is in by another session.
  bool leave(const call_endpoint& who, const session_id& session);

  /// The connection is gone without a word. The endpoint stays in, unreachable, until it joins again or is given up.
  void lose(const session_id& session, timestamp at);

  /// Takes out all that were lost before `latest`, and gives them back.
  std::vector<call_endpoint> give_up(timestamp latest);

  /// Takes out all whose person `stays` denies, and gives them back.
  std::vector<call_endpoint> keep(const std::function<bool(const person_id&)>& stays);

  [[nodiscard]] bool has(const call_endpoint& who) const;
  /// By which it is reached now, if it is.
  [[nodiscard]] std::optional<session_id> session_of(const call_endpoint& who) const;
  /// In the order of joining.
  [[nodiscard]] std::vector<call_endpoint> endpoints() const;
  /// Of those that are reached.
  [[nodiscard]] std::vector<session_id> sessions() const;
  [[nodiscard]] size_t size() const { return members_.size(); }

private:
  struct member {
    call_endpoint who;
    session_id session;
    std::optional<timestamp> lost_at;
  };
  std::vector<call_endpoint> take_out(const std::function<bool(const member&)>& which);

  std::vector<member> members_;
};

} // namespace machiai
