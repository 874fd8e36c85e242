#include "gateway/signal_body.hpp"

#include "config/error.hpp"

#include <boost/json/serialize.hpp>

#include <limits>

namespace machiai {

namespace {

namespace json = boost::json;

caf::error wrong(const char* what) {
  return make_error(ec::malformed, what);
}

bool is_description(const json::value& x) {
  const auto* object = x.if_object();
  if (!object || object->size() != 2)
    return false;
  const auto* type = object->if_contains("type");
  const auto* sdp = object->if_contains("sdp");
  return type && sdp && sdp->is_string() && (*type == "offer" || *type == "answer");
}

bool is_candidate_member(const json::key_value_pair& x) {
  if (x.key() == "candidate")
    return x.value().is_string();
  if (x.key() == "sdpMid" || x.key() == "usernameFragment")
    return x.value().is_string() || x.value().is_null();
  if (x.key() != "sdpMLineIndex")
    return false;
  const auto* index = x.value().if_int64();
  return x.value().is_null() || (index && *index >= 0 && *index <= std::numeric_limits<uint16_t>::max());
}

bool is_candidate(const json::value& x) {
  if (x.is_null())
    return true;
  const auto* object = x.if_object();
  if (!object || !object->contains("candidate"))
    return false;
  for (const auto& member : *object)
    if (!is_candidate_member(member))
      return false;
  return true;
}

} // namespace

caf::expected<std::string> take_signal_body(json::object& frame) {
  const auto description = frame.find("description");
  const auto candidate = frame.find("candidate");
  if ((description == frame.end()) == (candidate == frame.end()))
    return wrong("expected either description or candidate");
  const auto it = description == frame.end() ? candidate : description;
  if (it == description && !is_description(it->value()))
    return wrong("description: expected type offer or answer, and sdp");
  if (it == candidate && !is_candidate(it->value()))
    return wrong("candidate: expected null or an RTCIceCandidateInit");
  auto body = '"' + std::string(it->key()) + "\":" + json::serialize(it->value());
  frame.erase(it);
  return body;
}

} // namespace machiai
