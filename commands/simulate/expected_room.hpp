#pragma once

#include "commands/simulate/expected_meter.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace machiai {

/// Who somebody is, as the simulation invented it.
struct cast_member {
  std::string person;
  /// doctor, patient, family, nurse, specialist or interpreter.
  std::string party;
  std::string name;
};

/// An appointment as the simulation asked for it.
struct expected_appointment {
  int64_t starts_at_ms = 0;
  int64_t duration_min = 15;
  std::string menu;
  std::vector<cast_member> patients;
  std::vector<cast_member> doctors;
};

/// A change as an `event` frame tells it.
struct told_event {
  std::string name;
  std::string subject;
  std::string by_role;
  std::string by;
  uint64_t seq = 0;
  int64_t at_ms = 0;
};

/// What a device said of itself, as JSON object text; empty for nothing.
struct expected_report {
  std::string told;
  /// What it is about to say.
  std::string planned;
};

struct expected_person {
  cast_member who;
  /// The wire's words: absent, waiting, in_room, left.
  std::string whereabouts = "absent";
  bool admitted = false;
  bool removed = false;
  bool attentive = true;
  std::optional<int64_t> unstable_since_ms;
  std::optional<int64_t> first_arrived_ms;
  std::optional<int64_t> since_ms;
  expected_report media;
  expected_report device_test;

  bool is_present() const { return whereabouts == "waiting" || whereabouts == "in_room"; }
};

/// What the simulation believes about one room: folds the events by what they mean in words (domain.md, docs/protocol)
/// and says where the engine's cards differ. Knows nothing of the engine's own rules.
class expected_room {
public:
  expected_room() = default;
  expected_room(std::string id, expected_appointment booked) : id_(std::move(id)), appointment_(std::move(booked)) {}

  /// What an asked-for change will look like once its event comes.
  void plan(expected_appointment next) { planned_ = std::move(next); }

  /// Somebody who may come, a guest for example.
  void expect(const cast_member& who) { guests_[who.person] = who; }

  /// What a device of somebody here is about to say: its events will mean this.
  void plan_media(const std::string& person, std::string media) { people_.at(person).media.planned = std::move(media); }
  void plan_device_test(const std::string& person, std::string found) {
    people_.at(person).device_test.planned = std::move(found);
  }

  /// Folds an event of this room. Times that only the card tells are taken from `card` (null when the room is gone) and
  /// judged. Returns what cannot be.
  std::vector<std::string> fold(const told_event& event, const boost::json::object* card);

  /// How `card`, sent at `at_ms` with place in line `place`, differs from what it should say.
  std::vector<std::string> compare(const boost::json::object& card, int64_t at_ms) const;

  std::string phase() const;
  /// When the visit's first waiting patient arrived, if one waits and the room is open.
  std::optional<int64_t> waiting_since_ms() const;
  expected_bill bill(int64_t now_ms) const { return reckon(stays_, now_ms); }
  const expected_person* person(const std::string& id) const;
  const std::map<std::string, expected_person>& people() const noexcept { return people_; }
  const std::string& id() const noexcept { return id_; }
  const expected_appointment& appointment() const noexcept { return appointment_; }
  bool ended() const noexcept { return ended_at_ms_.has_value(); }
  bool cancelled() const noexcept { return cancelled_; }
  bool booked() const noexcept { return booked_; }
  int64_t bill_revision() const noexcept { return bill_revision_; }

private:
  struct expected_invitation {
    bool redeemed = false;
  };

  using complaints = std::vector<std::string>;
  expected_person* known(const std::string& id, complaints& out);
  void enter(const told_event& event, complaints& out);
  void arrive(const told_event& event, complaints& out);
  void leave(const told_event& event, const boost::json::object* card, complaints& out);
  void doubt(const told_event& event, const boost::json::object* card, complaints& out);
  static bool report(const told_event& event, expected_person& who, complaints& out);
  void send_back(const told_event& event, complaints& out);
  void remove(const told_event& event, complaints& out);
  void end(const told_event& event);
  bool fold_room(const told_event& event, complaints& out);
  bool fold_guest(const told_event& event);
  void close_stay(const std::string& person, int64_t at_ms, bool lost);
  void compare_person(const expected_person& who, const boost::json::object& card, complaints& out) const;
  void compare_meter(const boost::json::object& meter, int64_t at_ms, complaints& out) const;
  void compare_appointment(const boost::json::object& card, complaints& out) const;

  std::string id_;
  expected_appointment appointment_;
  std::optional<expected_appointment> planned_;
  std::map<std::string, cast_member> guests_;
  std::map<std::string, expected_person> people_;
  std::map<std::string, expected_invitation> invitations_;
  std::vector<expected_stay> stays_;
  bool booked_ = false;
  bool cancelled_ = false;
  bool locked_ = false;
  bool begun_ = false;
  std::optional<int64_t> ended_at_ms_;
  int64_t bill_revision_ = 0;
};

} // namespace machiai
