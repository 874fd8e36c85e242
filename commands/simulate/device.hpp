#pragma once

#include "commands/simulate/actor_client.hpp"
#include "commands/simulate/expected_clinic.hpp"
#include "commands/simulate/mirror.hpp"

#include <memory>
#include <optional>
#include <string>

namespace machiai {

/// A page or an app of a patient, guest or doctor. Judges all it is shown against the model of its clinic.
class device {
public:
  enum class kind : uint8_t { patient, guest, doctor };

  device(play& given, expected_clinic& clinic, kind what, client_identity who, std::string room, uint64_t seed);

  actor_client& client() noexcept { return client_; }
  const actor_client& client() const noexcept { return client_; }
  const std::string& person() const noexcept { return client_.person(); }
  kind what() const noexcept { return kind_; }

  /// The room the next commands are about; a doctor's changes.
  void go_to(std::string room) { room_ = std::move(room); }
  const std::string& room() const noexcept { return room_; }

  /// Says that this device is there: `enter_waiting_room`, or `enter_room` for a doctor.
  boost::asio::awaitable<asked> enter();

  boost::asio::awaitable<asked> leave();

  /// Breaks the connection; without `away` for good.
  void cut(std::optional<stage::duration> away);

  /// The position at which the engine agreed that this device is in; 0 while it need not think so.
  uint64_t entered_seq() const noexcept { return entered_seq_; }
  /// The newest view of the visit; empty before the first.
  const std::string& last_view() const noexcept { return last_view_; }

private:
  void take(const boost::json::object& frame, std::string_view text);
  void take_visit(const boost::json::object& frame);

  expected_clinic& clinic_;
  kind kind_;
  std::string room_;
  actor_client client_;
  mirror mirror_;
  uint64_t entered_seq_ = 0;
  std::string last_view_;
};

} // namespace machiai
