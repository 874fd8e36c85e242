#pragma once

#include "store/event_record.hpp"
#include "store/events.hpp"

#include <caf/expected.hpp>

#include <string>
#include <string_view>

/// Events as the store keeps them and back.
namespace machiai {

/// The payload as JSON text, members in the order of description: equal payloads give equal text.
std::string encode_body(const event_payload& payload);

/// Appends what `encode_body` returns.
void append_body(std::string& out, const event_payload& payload);

/// The payload of a stored row. Unknown members are ignored and missing ones take their default; an unknown kind or a
/// body that does not fit is `ec::store_damaged`.
caf::expected<event_payload> decode_body(std::string_view kind, std::string_view body);

/// `role:id`, for example `staff:reception-1`; `engine:` for the engine itself.
std::string author_text(const author& by);

/// The row of `event`, all but its hash, which the caller chains.
event_record to_record(const clinic_id& clinic, const event& event);

/// The event of a stored row; `ec::store_damaged` when it does not fit.
caf::expected<event> to_event(const event_record& record);

} // namespace machiai
