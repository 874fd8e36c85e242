#pragma once

#include "actors/model/session_id.hpp"
#include "store/records.hpp"

#include <boost/describe/enum.hpp>

#include <optional>
#include <vector>

namespace machiai {

/// What a change of a person's devices means for the person.
BOOST_DEFINE_ENUM_CLASS(presence_change, entered, unstable, stable, left)

/// One step of a person's presence. `at` is when it took effect: for `unstable` and a `left` by loss the last proof of
/// presence, which lies before the step was noticed.
struct presence_edge {
  presence_change change = presence_change::entered;
  timestamp at;
  leave_reason reason = leave_reason::left;
  friend bool operator==(const presence_edge&, const presence_edge&) = default;
};
BOOST_DESCRIBE_STRUCT(presence_edge, (), (change, at, reason))

using presence_edges = std::vector<presence_edge>;

/// Turns what happens to a person's devices into edges of the person (domain.md 9.4): the first device in enters, the
/// last one out leaves, a lost connection is doubt first and a leave at the last proof only when nobody came back
/// within the patience. No clock: every call brings `now`, which never goes backwards.
///
///     absent ──connect──▶ present ──last device lost or silent──▶ in doubt
///        ▲                  │  ▲                                    │  │
///        └──last one leaves─┘  └────────back within patience────────┘  │
///        └──────────────────────patience over: left at last proof──────┘
class presence {
public:
  /// Nobody there.
  explicit presence(milliseconds patience) : patience_(patience) {}

  /// Somebody who was there when the engine last gave a sign, and has not been seen since (DESIGN 4, rule R17).
  /// The doubt does not become a leave before `not_before`: after a planned restart the patience counts from the start.
  static presence in_doubt_since(timestamp last_proof, milliseconds patience, timestamp not_before);

  /// A device is there (again). Also heals doubt about that device. Doubt older than the patience is a leave and a new
  /// entrance, even when no timer came by in between.
  presence_edges connect(const session_id& session, timestamp now);

  /// The device is silent; it was last heard of at `last_proof`.
  presence_edges doubt(const session_id& session, timestamp last_proof);

  /// The device's connection is gone without a word.
  presence_edges lose(const session_id& session, timestamp last_proof);

  /// The person left on this device. Ends the stay at once unless another live device is there; then it is a proof of
  /// presence, should that one turn out to have been silent. Somebody in doubt is back by any device to say so (R5).
  /// Doubt older than the patience was a leave already, at the last proof.
  presence_edges leave(const session_id& session, timestamp now);

  /// The person left, on whatever device and for good: no return is bridged. In doubt that was at the last proof.
  presence_edges leave_everywhere(timestamp now);

  /// Another connection of the same device, which is connected already, takes this one's place: no edge, no doubt.
  void replace(const session_id& session);

  /// The clinic ended the stay (removal, end of the consultation): forgets all devices, makes no edge.
  void end();

  /// To be called when `deadline` has passed; harmless at any other time.
  presence_edges tick(timestamp now);

  /// The first millisecond at which doubt becomes a leave.
  [[nodiscard]] std::optional<timestamp> deadline() const;

  void set_attentive(const session_id& session, bool attentive);

  /// Visible on at least one live device. True for a person without any: no news is no reason to say otherwise.
  [[nodiscard]] bool attentive() const;

  [[nodiscard]] bool is_present() const { return present_; }
  [[nodiscard]] bool in_doubt() const { return doubt_since_.has_value(); }
  [[nodiscard]] bool has_device(const session_id& session) const;
  [[nodiscard]] size_t device_count() const { return devices_.size(); }
  [[nodiscard]] std::vector<session_id> sessions() const;
  [[nodiscard]] std::optional<timestamp> doubt_since() const { return doubt_since_; }

private:
  struct device {
    session_id session;
    bool attentive = true;
    bool live = true;
  };

  presence_edges silence(timestamp last_proof);

  milliseconds patience_;
  std::vector<device> devices_;
  bool present_ = false;
  /// Latest proof of any device that was lost, fell silent or left since all was well.
  std::optional<timestamp> last_proof_;
  std::optional<timestamp> doubt_since_;
  timestamp not_before_;
};

} // namespace machiai
