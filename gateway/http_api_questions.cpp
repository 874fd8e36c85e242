#include "config/error.hpp"
#include "config/fixed_limits.hpp"
#include "gateway/http_api.hpp"
#include "gateway/http_status.hpp"
#include "gateway/query_parameters.hpp"
#include "gateway/shard.hpp"

#include <utility>

/// \file The part of the HTTP API that only asks.
namespace machiai {

bool http_api::is_question(const call& x) {
  return x.route.kind == command_kind::get_board || x.route.kind == command_kind::get_visits ||
         x.route.kind == command_kind::get_invitation || x.route.kind == command_kind::get_usage;
}

bool http_api::is_of_past(const call& x) {
  return x.route.kind == command_kind::get_usage ||
         (x.route.kind == command_kind::get_board && has_query(x.request.target, "at"));
}

http_response http_api::problem_of(const caf::error& why) {
  auto response = problem_response(status_of(code_of(why)), code_of(why), public_message_of(why));
  if (code_of(why) == ec::rate_limited)
    response.headers.emplace_back("Retry-After", "1");
  return response;
}

caf::error http_api::too_busy() {
  return make_error(ec::rate_limited, "too many requests of this clinic wait for their answer");
}

void http_api::read_board(call x, clinic_link& link) {
  auto place = shard_.common().in_flight.take(link.in_flight);
  if (!place)
    return refuse(x, too_busy());
  subscribe wish;
  wish.session = shard_.session_of(x.from);
  wish.who = {x.claims.role, x.claims.person};
  if (wish.who.role == role::doctor)
    wish.who.role = role::staff;
  begin(std::move(x), std::move(*place));
  shard_.send_subscribe(link, wish);
  // One snapshot is all there is to it.
  shard_.send_unsubscribe(link, {wish.session, wish.topic, wish.who.id});
}

void http_api::read_visits(call x, clinic_link& link) {
  auto place = shard_.common().in_flight.take(link.in_flight);
  if (!place)
    return refuse(x, too_busy());
  const get_visits wish{shard_.session_of(x.from), {x.claims.role, x.claims.person}, x.claims.room};
  begin(std::move(x), std::move(*place));
  shard_.ask(link, wish);
}

void http_api::read_invitation(call x, clinic_link& link, const redeem_invite& what) {
  auto place = shard_.common().in_flight.take(link.in_flight);
  if (!place)
    return refuse(x, too_busy());
  const get_invitation wish{shard_.session_of(x.from), what.room, what.invite, what.secret_hash};
  begin(std::move(x), std::move(*place));
  shard_.ask(link, wish);
}

bool http_api::take(const subscribed& x) {
  const auto done = finish(x.session.number);
  if (!done)
    return false;
  if (x.refusal && done->invitation) {
    refuse_link(*done);
    return true;
  }
  http_response response;
  response.headers.emplace_back("Cache-Control", "no-store");
  if (!x.refusal)
    response.body = x.frames.at(0);
  answer(*done, x.refusal ? problem_of(*x.refusal) : response);
  return true;
}

caf::expected<past_question> http_api::past_question_of(const call& x) const {
  if (x.route.kind == command_kind::get_usage)
    return past_question{x.route.clinic, month_statement{query_value(x.request.target, "month")}};
  const auto at = parse_rfc3339(query_value(x.request.target, "at"));
  if (!at)
    return make_error(ec::out_of_range, "at: must be a time such as 2026-11-22T10:32:00%2B09:00");
  if (*at > shard_.context().shared.clock() + milliseconds{fixed::past_board_ahead_max_ms})
    return make_error(ec::out_of_range, "at: must not be a time to come");
  return past_question{x.route.clinic, past_board{*at}};
}

void http_api::read_past(call x) {
  const auto asked = past_question_of(x);
  if (!asked)
    return refuse(x, asked.error());
  auto& in_flight = shard_.common().in_flight;
  auto place = in_flight.take(in_flight.share_of(x.route.clinic));
  if (!place)
    return refuse(x, too_busy());
  const auto from = x.from;
  const auto asker = begin(std::move(x), std::move(*place));
  shard_.context().past(*asked, asker, [this, from](caf::expected<std::string> result) {
    shard_.io().post([this, from, result = std::move(result)] {
      const auto done = finish(from);
      if (!done)
        return;
      http_response response;
      response.headers.emplace_back("Cache-Control", "no-store");
      if (result)
        response.body = *result;
      answer(*done, result ? response : problem_of(result.error()));
    });
  });
}

} // namespace machiai
