#pragma once

#include "actors/model/presence.hpp"

#include <map>
#include <string>

namespace machiai::test {

/// Enters and exits of one person as text, worked out anew each time from what is known of all devices. Shares no code
/// with `presence`.
class naive_presence {
public:
  explicit naive_presence(int64_t patience_ms) : patience_ms_(patience_ms) {}

  std::string connect(const session_id& device, int64_t now_ms);
  std::string silent(const session_id& device, int64_t proof_ms, bool gone);
  std::string leave(const session_id& device, int64_t now_ms);
  std::string pass(int64_t now_ms);

  [[nodiscard]] bool present() const { return present_; }
  [[nodiscard]] bool in_doubt() const;

private:
  struct device_state {
    bool silent = false;
    bool gone = false;
    int64_t proof_ms = 0;
  };

  [[nodiscard]] int64_t latest_proof_ms() const;

  int64_t patience_ms_;
  bool present_ = false;
  /// Devices that were lost or left stay here, as proof, until the person is surely there or surely away.
  std::map<session_id, device_state> devices_;
};

/// The edges that the meter sees, written the same way.
std::string meter_edges(const presence_edges& edges);

} // namespace machiai::test
