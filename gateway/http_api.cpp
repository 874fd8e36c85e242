#include "gateway/http_api.hpp"

#include "actors/answer_text.hpp"
#include "config/error.hpp"
#include "config/reserved_clinic.hpp"
#include "gateway/access_table.hpp"
#include "gateway/command_digest.hpp"
#include "gateway/http_status.hpp"
#include "gateway/invite_secret.hpp"
#include "gateway/query_parameters.hpp"
#include "gateway/shard.hpp"
#include "metrics/engine_metrics.hpp"
#include "store/json_encode.hpp"

#include <chrono>
#include <utility>

namespace machiai {

namespace {

constexpr std::string_view bearer = "Bearer ";

/// The rules' own words for a wrong link: a room that does not exist must not sound different.
caf::error void_invite() {
  return make_error(ec::invite_void, "the invitation was used, withdrawn or is too old");
}

} // namespace

void http_api::handle(connection_id from, http_request request) {
  if (request.role == listener_role::admin)
    return handle_admin(from, request);
  auto found = find_route(request.method, request.path());
  call x{from, {}, std::move(request), {}, io_shard::now_ms(), {}};
  if (const auto* none = std::get_if<no_route>(&found)) {
    x.route.path_template = none->path_template;
    if (none->allow.empty() || none->bad_id)
      return refuse(x, none->bad_id ? make_error(ec::malformed, "path: an id is 1 to 64 of A-Z a-z 0-9 . _ -")
                                    : make_error(ec::not_found, "there is no such resource"));
    auto response = problem_response(405, ec::unknown_command, "this resource has other methods");
    response.headers.emplace_back("Allow", none->allow);
    return answer(x, response);
  }
  x.route = std::move(std::get<api_route>(found));
  if (shard_.is_draining())
    return refuse(x, make_error(ec::draining, "the engine is going down for a restart"));
  if (x.request.count("idempotency-key") > 0 && !is_valid_id(x.request.header("idempotency-key")))
    return refuse(x, make_error(ec::malformed, "Idempotency-Key: expected 1 to 64 of A-Z a-z 0-9 . _ -"));
  if (const auto coding = x.request.header("content-encoding"); !coding.empty() && coding != "identity")
    return answer(x, problem_response(415, ec::malformed, "Content-Encoding: bodies come as they are"));
  if (const auto why = wrong_query(x.request.target, x.route.parameters))
    return refuse(x, *why);
  if (x.route.kind == command_kind::redeem_invite || x.route.kind == command_kind::get_invitation)
    return use_link(std::move(x));
  authenticate(std::move(x));
}

void http_api::handle_admin(connection_id from, const http_request& request) {
  const auto path = request.path();
  const auto& context = shard_.context();
  http_response response;
  response.headers.emplace_back("Cache-Control", "no-store");
  if (!request.header("origin").empty()) {
    // A browser speaks for whatever page it shows; no page has business here.
    response = problem_response(403, ec::forbidden, "no page of a browser may ask this");
  } else if (path == "/livez") {
    const auto silence_ms = shard_.common().pulse.longest_silence_ms(io_shard::now_ms());
    const auto is_live = silence_ms < context.shared.settings->listen.shard_stuck_after_ms;
    response.status = is_live ? 200 : 503;
    response.body = is_live ? R"({"live":true})" : R"({"live":false,"reason":"an I/O thread is stuck"})";
  } else if (path == "/readyz") {
    const auto why = context.not_ready();
    response.status = why.empty() ? 200 : 503;
    response.body = why.empty() ? R"({"ready":true})" : R"({"ready":false,"reason":)" + encode_json(why) + '}';
  } else if (path == "/metrics" && context.shared.metrics) {
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = context.shared.metrics->text();
  } else if (path == "/drain" && request.method == "POST") {
    context.drain();
    response.status = 202;
    response.body = R"({"draining":true})";
  } else if (path == "/drain") {
    response = problem_response(405, ec::unknown_command, "POST begins the planned end");
    response.headers.emplace_back("Allow", "POST");
  } else {
    response = problem_response(404, ec::not_found, "there is no such resource");
  }
  shard_.io().respond(from, response);
}

void http_api::authenticate(call x) {
  const auto header = x.request.header("authorization");
  if (!header.starts_with(bearer))
    return refuse(x, make_error(ec::unauthenticated, "Authorization: Bearer TOKEN"));
  if (shard_.common().failures.is_blocked(x.request.remote_address, io_shard::now_ms())) {
    shard_.metrics().token_refused_unseen();
    return refuse(x, make_error(ec::rate_limited, "too many tokens that do not verify"));
  }
  auto read = read_token(header.substr(bearer.size()));
  if (const auto* failure = std::get_if<auth_failure>(&read))
    return refuse_token(x, *failure);
  auto token = std::move(std::get<unverified_token>(read));
  const auto finish = [this](call done, const unverified_token& given) {
    auto checked = shard_.check_token(given);
    if (const auto* failure = std::get_if<auth_failure>(&checked))
      return refuse_token(done, *failure);
    authorise(std::move(done), std::get<token_claims>(checked));
  };
  if (token.claims.clinic.empty())
    return finish(std::move(x), token);
  const auto clinic = token.claims.clinic;
  shard_.with_clinic(clinic, false, [this, finish, x = std::move(x), token = std::move(token)](const caf::error* why) {
    if (!why)
      return finish(x, token);
    if (code_of(*why) == ec::not_found)
      return refuse_token(x, auth_failure::unknown_key);
    refuse(x, *why);
  });
}

void http_api::refuse_token(const call& x, auth_failure why) {
  shard_.metrics().token_refused(why);
  shard_.common().failures.count(x.request.remote_address, io_shard::now_ms());
  refuse(x, to_error(why));
}

void http_api::authorise(call x, const token_claims& claims) {
  x.claims = claims;
  if (may(claims, x.route.kind, x.route.clinic, {})) {
    if (x.route.clinic.value == synthetic_clinic && x.request.method != "GET" &&
        claims.person.value != synthetic_operator)
      return refuse(x, make_error(ec::forbidden, "this clinic is the engine's own"));
    return carry_out(std::move(x));
  }
  // Another clinic's things answer like things that do not exist.
  const auto foreign = claims.role != role::operator_ && claims.clinic != x.route.clinic;
  refuse(x, foreign ? make_error(ec::not_found, "there is no such clinic")
                    : make_error(ec::forbidden, "this role may not do that"));
}

void http_api::carry_out(call x) {
  if (is_of_past(x))
    return read_past(std::move(x));
  const auto create = x.route.kind == command_kind::put_clinic;
  const auto clinic = x.route.clinic;
  shard_.with_clinic(clinic, create, [this, x = std::move(x)](const caf::error* why) {
    if (why)
      return refuse(x, *why);
    auto* link = shard_.link_of(x.route.clinic);
    if (x.route.kind == command_kind::get_board)
      return read_board(x, *link);
    if (x.route.kind == command_kind::get_visits)
      return read_visits(x, *link);
    change(x, *link);
  });
}

void http_api::change(call x, clinic_link& link) {
  auto asked = decode_body(x.route, x.request.body, shard_.context().key->sealing);
  if (!asked)
    return refuse(x, asked.error());
  const auto canonical = x.route.clinic.value + '/' + x.route.id + '/' + asked->canonical;
  send(link, std::move(x), std::move(asked->command), canonical);
}

void http_api::send(clinic_link& link, call x, std::variant<clinic_command, room_command> command,
                    std::string_view canonical) {
  if (!shard_.context().shared.store_takes_commands())
    return refuse(x, make_error(ec::store_unavailable, "the store does not keep up"));
  auto place = shard_.common().in_flight.take(link.in_flight);
  if (!place)
    return refuse(x, too_busy());
  const principal who{x.claims.role, x.claims.person};
  const command_origin origin{shard_.session_of(x.from), command_of(x), who,
                              command_digest(shard_.context().key->signing, x.claims, x.route.kind, canonical)};
  begin(std::move(x), std::move(*place));
  shard_.send_request(link, {origin, std::move(command)});
}

command_id http_api::command_of(const call& x) {
  const auto given = x.request.header("idempotency-key");
  // Whoever repeats a redemption has to know the secret again.
  if (!given.empty())
    return command_id{x.invitation ? secret_hash(x.invitation->secret + '/' + std::string(given)) : std::string(given)};
  return command_id{"http-" + std::to_string(shard_.context().shared.engine) + '-' + std::to_string(x.from) + '-' +
                    std::to_string(++made_commands_)};
}

std::weak_ptr<const void> http_api::begin(call x, commands_in_flight::place place) {
  const auto from = x.from;
  return (calls_[from] = begun{std::move(x), std::move(place)}).asker;
}

std::optional<http_api::call> http_api::finish(connection_id from) {
  const auto it = calls_.find(from);
  if (it == calls_.end())
    return std::nullopt;
  auto done = std::move(it->second.what);
  calls_.erase(it);
  return done;
}

void http_api::use_link(call x) {
  // The requests that ask without a token: a wrong link counts as one that does not verify.
  if (shard_.common().failures.is_blocked(x.request.remote_address, io_shard::now_ms()))
    return refuse(x, make_error(ec::rate_limited, "too many links that are not valid"));
  auto wish = decode_redeem(x.request.body);
  if (!wish)
    return refuse(x, wish.error());
  if (!guest_of(wish->invite))
    return refuse_link(x);
  x.invitation = std::move(*wish);
  x.claims = {role::guest, x.invitation->clinic, *guest_of(x.invitation->invite), x.invitation->room, {}, {}, {}, {}};
  const auto clinic = x.invitation->clinic;
  shard_.with_clinic(clinic, false, [this, x = std::move(x)](const caf::error* why) {
    // Whoever has no valid link learns nothing about which clinics and rooms exist.
    if (why)
      return code_of(*why) == ec::not_found ? refuse_link(x) : refuse(x, *why);
    auto* link = shard_.link_of(x.invitation->clinic);
    const redeem_invite command{x.invitation->room, x.invitation->invite, secret_hash(x.invitation->secret)};
    if (x.route.kind == command_kind::get_invitation)
      return read_invitation(x, *link, command);
    send(*link, x, room_command{command}, encode_json(command));
  });
}

void http_api::refuse_link(const call& x) {
  shard_.common().failures.count(x.request.remote_address, io_shard::now_ms());
  refuse(x, void_invite());
}

http_response http_api::redeemed(const call& x) const {
  const auto now = shard_.context().shared.clock();
  auto claims = x.claims;
  claims.issued_at = now;
  claims.expires_at = now + milliseconds{shard_.context().shared.settings->token.guest_lifetime_ms};
  const auto token = mint_token(claims, shard_.context().key->signing);
  if (!token)
    return problem_of(token.error());
  http_response response;
  response.headers.emplace_back("Cache-Control", "no-store");
  response.body = R"({"token":")" + *token + R"(","clinic":")" + claims.clinic.value + R"(","room":")" +
                  claims.room->value + R"(","person":")" + claims.person.value + R"(","expires_at":")" +
                  to_rfc3339(claims.expires_at) + "\"}";
  return response;
}

bool http_api::take(const answered& x) {
  const auto done = finish(x.session.number);
  if (done)
    answer(*done, answer_of(*done, x.answer));
  return done.has_value();
}

http_response http_api::answer_of(const call& x, const std::string& text) const {
  const auto refusal = refusal_in(text);
  if (refusal)
    shard_.metrics().command_refused(x.route.kind, *refusal);
  else
    shard_.metrics().command_done(x.route.kind, outcome_label::ok);
  shard_.metrics().command_took(io_shard::now_ms() - x.since_ms);
  if (refusal) {
    const auto code = code_of(*refusal);
    const auto wrong_link =
        x.invitation && (code == ec::not_found || code == ec::command_id_reused || code == ec::invite_void);
    if (wrong_link)
      shard_.common().failures.count(x.request.remote_address, io_shard::now_ms());
    return problem_of(wrong_link ? void_invite() : *refusal);
  }
  if (x.invitation)
    return redeemed(x);
  http_response response;
  response.body = text;
  return response;
}

void http_api::expire(int64_t oldest_ms) {
  expire_calls([oldest_ms](const call& x) { return x.since_ms <= oldest_ms; });
}

void http_api::expire(const clinic_id& clinic) {
  // The past is read from the store, by somebody else.
  expire_calls([&clinic](const call& x) {
    return !is_of_past(x) && (x.invitation ? x.invitation->clinic : x.route.clinic) == clinic;
  });
}

template <class Which>
void http_api::expire_calls(Which which) {
  for (auto it = calls_.begin(); it != calls_.end();) {
    if (!which(it->second.what)) {
      ++it;
      continue;
    }
    const auto late = std::move(it->second.what);
    it = calls_.erase(it);
    if (!is_question(late))
      shard_.metrics().command_done(late.route.kind, outcome_label::failed);
    auto response = problem_of(make_error(ec::timed_out, "no answer in time; the outcome is unknown"));
    // The answer may still come and must not be taken for that of a later request.
    response.close = true;
    answer(late, response);
  }
}

void http_api::answer(const call& x, const http_response& response) {
  if (const auto* metrics = shard_.context().shared.metrics)
    metrics->count_http_request(x.route.path_template, response.status);
  shard_.io().respond(x.from, response);
}

void http_api::refuse(const call& x, const caf::error& why) {
  auto response = problem_of(why);
  if (response.status == 401)
    response.headers.emplace_back("WWW-Authenticate", "Bearer");
  answer(x, response);
}

} // namespace machiai
