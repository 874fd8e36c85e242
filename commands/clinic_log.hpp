#pragma once

#include "store/event_store.hpp"
#include "store/events.hpp"

#include <caf/expected.hpp>

#include <functional>
#include <memory>
#include <string>

namespace machiai {

/// Opens a store to look into it beside a running engine: nothing is locked, created or changed.
caf::expected<std::unique_ptr<event_store>> open_to_read(const std::string& url);

/// Hands over the clinic's events, decoded, from the first on until `visit` returns false. `ec::not_found` for a clinic
/// without events, `ec::store_damaged` for a row that cannot be read or is missing.
caf::expected<void> read_events(event_store& store, const clinic_id& clinic,
                                const std::function<bool(const event&)>& visit);

/// Reports why `read_events` failed; the exit code says whether it is the command line or the store.
int fail_reading(const caf::error& why);

/// `2026-11-22 10:32:11.123`, to be marked as JST by the caller.
std::string japan_time_text_ms(timestamp at);

/// `35:00` or `1:05:00`: whole seconds, cut off.
std::string duration_text(int64_t length_ms);

} // namespace machiai
