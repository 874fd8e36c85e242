#include "config/error.hpp"
#include "gateway/api_body.hpp"
#include "gateway/api_route.hpp"
#include "gateway/http_reader.hpp"
#include "gateway/query_parameters.hpp"
#include "gateway/upgrade_check.hpp"
#include "tests/fuzz/pieces.hpp"
#include "tests/fuzz/targets.hpp"

#include <algorithm>
#include <string>

namespace machiai::fuzz {

namespace {

/// The engine's own for headers; a small one for bodies, which is reached often.
constexpr http_limits limits{8 * 1024, 900};

/// A reader driven as a connection drives it, and the story of the requests that came out. Refusals are no part of it:
/// Beast names the fault that it meets first in what it has, or waits for more of a line that it has not seen whole.
class listener {
public:
  void feed(std::string_view bytes) {
    if (upgraded_)
      rest_.append(bytes);
    if (over_)
      return;
    reader_.feed(bytes);
    while (!over_ && take(reader_.next())) {
    }
  }

  const std::string& story() const { return story_; }
  const std::string& rest() const { return rest_; }
  /// Where exactly Beast sees that headers are too long depends on the pieces.
  bool stopped_at_long_header() const { return stopped_at_long_header_; }

private:
  /// Whether there may be more in what was fed.
  bool take(http_reader::outcome what) {
    switch (what) {
    case http_reader::outcome::need_more:
      return false;
    case http_reader::outcome::request:
      tell("request", reader_.request());
      over_ = !reader_.keep_alive();
      return true;
    case http_reader::outcome::upgrade:
      tell("upgrade", reader_.request());
      check_agreement(reader_.request());
      rest_ = reader_.take_rest();
      upgraded_ = over_ = true;
      return false;
    case http_reader::outcome::refused:
      invariant(reader_.refusal().status >= 400, "a refusal that says all is well");
      stopped_at_long_header_ = reader_.refusal().status == 431;
      over_ = true;
      return false;
    }
    return false;
  }

  void tell(std::string_view text) { story_.append(std::to_string(text.size())).append(1, ' ').append(text); }

  void tell(std::string_view what, const http_request& request) {
    tell(what);
    tell(request.method);
    tell(request.target);
    auto header_bytes = request.method.size() + request.target.size();
    for (const auto& [name, value] : request.headers) {
      tell(name);
      tell(value);
      header_bytes += name.size() + value.size();
      invariant(value.find_first_of("\r\n") == std::string::npos, "a header with a line break");
    }
    invariant(header_bytes <= limits.header_bytes_max, "headers longer than their limit");
    invariant(request.body.size() <= limits.body_bytes_max, "a body longer than its limit");
    tell(request.body);
  }

  /// What the gateway lets through is answered by one whole head.
  static void check_agreement(const http_request& request);

  http_reader reader_{limits};
  std::string story_, rest_;
  bool over_ = false;
  bool upgraded_ = false;
  bool stopped_at_long_header_ = false;
};

void listener::check_agreement(const http_request& request) {
  if (check_upgrade(request, {}))
    return;
  const auto answer = accept_upgrade(request);
  invariant(answer.starts_with("HTTP/1.1 101 ") && answer.find("\r\n\r\n") == answer.size() - 4,
            "the answer to an upgrade holds more than one head");
}

/// Requests as the API takes them, with the whole input as their body.
void check_bodies(std::string_view body) {
  static const sealing_key sealing{std::string(32, 'o')};
  for (const auto* path :
       {"/v1/clinics/c1", "/v1/clinics/c1/keys/k1", "/v1/clinics/c1/revocations/p1", "/v1/clinics/c1/doctors/d1",
        "/v1/clinics/c1/patients/p1", "/v1/clinics/c1/appointments/a1"}) {
    const auto found = find_route("PUT", path);
    const auto* route = std::get_if<api_route>(&found);
    invariant(route != nullptr, "a route of the API that does not exist");
    const auto asked = decode_body(*route, body, sealing);
    if (!asked)
      continue;
    // A secret stands sealed in the canonical form, so it does not go in again.
    if (route->kind == command_kind::put_key)
      continue;
    const auto again = decode_body(*route, asked->canonical, sealing);
    invariant(again && again->canonical == asked->canonical, "a body whose canonical form is not taken, or is another");
  }
  static_cast<void>(decode_redeem(body));
}

void check_route(std::string_view target) {
  const auto path = target.substr(0, target.find('?'));
  for (const auto* method : {"GET", "PUT", "DELETE", "POST"}) {
    const auto found = find_route(method, path);
    if (const auto* route = std::get_if<api_route>(&found))
      invariant((route->clinic.empty() || is_valid_id(route->clinic.value)) &&
                    (route->id.empty() || is_valid_id(route->id)),
                "a route with an id that no id can be");
  }
}

} // namespace

void http(std::string_view input) {
  const auto seed = take_byte(input);
  listener whole;
  listener cut;
  whole.feed(input);
  in_pieces(input, seed, [&](std::string_view piece) { cut.feed(piece); });
  if (whole.stopped_at_long_header() || cut.stopped_at_long_header()) {
    const auto both = std::min(whole.story().size(), cut.story().size());
    invariant(whole.story().substr(0, both) == cut.story().substr(0, both), "the pieces change what came before");
  } else {
    invariant(whole.story() == cut.story(), "the pieces in which bytes come make a difference");
    invariant(whole.rest() == cut.rest(), "the pieces decide what follows an upgrade");
  }
  check_route(input.substr(0, input.find('\r')));
  const auto head = input.find("\r\n\r\n");
  check_bodies(head == std::string_view::npos ? input : input.substr(head + 4));
}

} // namespace machiai::fuzz
