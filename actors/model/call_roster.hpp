#pragma once

#include "actors/model/call_commands.hpp"
#include "actors/model/session_id.hpp"

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

  /// False when it was not in.
  bool leave(const call_endpoint& who);

  /// Takes out all whose person `stays` denies, and gives them back.
  std::vector<call_endpoint> keep(const std::function<bool(const person_id&)>& stays);

  [[nodiscard]] bool has(const call_endpoint& who) const { return session_of(who).has_value(); }
  [[nodiscard]] std::optional<session_id> session_of(const call_endpoint& who) const;
  /// In the order of joining.
  [[nodiscard]] std::vector<call_endpoint> endpoints() const;
  [[nodiscard]] std::vector<session_id> sessions() const;
  [[nodiscard]] size_t size() const { return members_.size(); }

private:
  struct member {
    call_endpoint who;
    session_id session;
  };
  std::vector<member> members_;
};

} // namespace machiai
