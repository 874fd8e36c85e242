#pragma once

#include "actors/model/clinic_state.hpp"
#include "actors/model/usage.hpp"
#include "store/event_store.hpp"

#include <caf/expected.hpp>

#include <memory>
#include <string>

/// A clinic's past, read from the store: from the nearest snapshot on, never its whole life.
namespace machiai {

/// Opens a store to look into it beside a running engine: nothing is locked, created or changed.
caf::expected<std::unique_ptr<event_store>> open_to_read(const std::string& url);

/// The clinic after its event `last_seq`, or after the newest one if that comes sooner. `ec::not_found` for a clinic
/// without events, `ec::store_damaged` for a row that cannot be read or is missing.
/// @pre `last_seq > 0`
caf::expected<clinic_state> state_at(event_store& store, const clinic_id& clinic, uint64_t last_seq = UINT64_MAX);

/// The clinic before its first event of a later time than `at`; a state without events when that is the very first.
/// Errors as for `state_at`.
caf::expected<clinic_state> state_at(event_store& store, const clinic_id& clinic, timestamp at);

/// The board after that state, as a console's snapshot has it.
std::string board_text(const clinic_state& state);

/// The board as it was at `at`; before the clinic's first event an empty one, as of then, under the clinic's first
/// name. Errors as for `state_at`.
caf::expected<std::string> board_text_at(event_store& store, const clinic_id& clinic, timestamp at);

/// What the clinic owes for a month, as of its newest event. Errors as for `state_at`.
/// @pre `is_month(month)`
caf::expected<usage_statement> read_statement(event_store& store, const clinic_id& clinic, const std::string& month);

/// Reports why the clinic's past could not be read; the exit code says whether it is the command line's `--clinic` or
/// the store.
int fail_reading(const caf::error& why);

/// `2026-11-22 10:32:11.123`, to be marked as JST by the caller.
std::string japan_time_text_ms(timestamp at);

/// `35:00` or `1:05:00`: whole seconds, cut off.
std::string duration_text(int64_t length_ms);

} // namespace machiai
