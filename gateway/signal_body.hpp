#pragma once

#include <boost/json/object.hpp>
#include <caf/expected.hpp>

#include <string>

namespace machiai {

/// Takes what a signal carries out of its frame: `"description":{…}` or `"candidate":…`, as the member that is passed
/// on. Both are forms of WebRTC 1.0 (RTCSessionDescriptionInit, RTCIceCandidateInit or null) and are checked for form
/// only. `ec::malformed` when it is neither, or both.
caf::expected<std::string> take_signal_body(boost::json::object& frame);

} // namespace machiai
