#pragma once

#include "actors/shard_messages.hpp"
#include "gateway/api_body.hpp"
#include "gateway/api_route.hpp"
#include "gateway/auth_failure.hpp"
#include "gateway/claims.hpp"
#include "gateway/commands_in_flight.hpp"
#include "gateway/connection_host.hpp"
#include "gateway/http_message.hpp"
#include "gateway/past_question.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>

namespace machiai {

class shard;
struct clinic_link;

/// The HTTP API of clinics' own systems (docs/openapi.yaml) and the operators' endpoints on the admin listener. A
/// request that changes something becomes the same command as any other and is answered when its events are durable.
class http_api {
public:
  explicit http_api(shard& owner) : shard_(owner) {}

  void handle(connection_id from, http_request request);

  /// True when the news belonged to a request.
  bool take(const subscribed& x);
  bool take(const answered& x);

  /// Requests begun before `oldest_ms` (monotonic) are answered with 504, their outcome unknown.
  void expire(int64_t oldest_ms);
  /// So are those that wait for this clinic's actor, which died.
  void expire(const clinic_id& clinic);

private:
  /// A request on its way through authentication and the clinic.
  struct call {
    connection_id from = 0;
    api_route route;
    http_request request;
    token_claims claims;
    int64_t since_ms = 0;
    /// What somebody without a token has instead.
    std::optional<redeem_request> invitation;
  };

  /// A call whose answer is on its way.
  struct begun {
    call what;
    commands_in_flight::place place;
    /// Lives as long as somebody waits for the answer: work whose asker is gone need not be done.
    std::shared_ptr<const void> asker = std::make_shared<char>();
  };

  /// Changes nothing: no command.
  static bool is_question(const call& x);
  /// Answered from the store instead of by the clinic.
  static bool is_of_past(const call& x);
  static http_response problem_of(const caf::error& why);
  static caf::error too_busy();

  template <class Which>
  void expire_calls(Which which);
  void handle_admin(connection_id from, const http_request& request);
  void authenticate(call x);
  void authorise(call x, const token_claims& claims);
  void carry_out(call x);
  /// Redeems an invitation or looks at it, by its link.
  void use_link(call x);
  void change(call x, clinic_link& link);
  void read_board(call x, clinic_link& link);
  void read_visits(call x, clinic_link& link);
  void read_invitation(call x, clinic_link& link, const redeem_invite& what);
  void read_past(call x);
  /// What is asked of the past, or why that is no question.
  caf::expected<past_question> past_question_of(const call& x) const;
  /// The result is the call's `begun::asker`.
  std::weak_ptr<const void> begin(call x, commands_in_flight::place place);
  /// The call whose answer came, with its place given back; nothing when it was given up before.
  std::optional<call> finish(connection_id from);
  void answer(const call& x, const http_response& response);
  void refuse(const call& x, const caf::error& why);
  void refuse_token(const call& x, auth_failure why);
  void refuse_link(const call& x);
  /// `canonical` is what is asked, in one form.
  void send(clinic_link& link, call x, std::variant<clinic_command, room_command> command, std::string_view canonical);
  http_response answer_of(const call& x, const std::string& text) const;
  http_response redeemed(const call& x) const;
  [[nodiscard]] command_id command_of(const call& x);

  shard& shard_;
  std::unordered_map<connection_id, begun> calls_;
  uint64_t made_commands_ = 0;
};

} // namespace machiai
