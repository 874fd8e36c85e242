#pragma once

#include "actors/model/clinic_state.hpp"
#include "store/memory/memory_event_store.hpp"
#include "tests/simulation/client.hpp"

#include <map>
#include <string>

/// What must hold of a clinic's whole stored history and of everybody who watched it, once all is quiet. Each returns
/// the first thing wrong; empty for nothing.
namespace machiai::test {

/// Numbered without a gap, chained, one epoch after the other.
std::string check_numbering(const std::shared_ptr<memory_log>& disk, const clinic_id& clinic);

/// No command has two answers.
std::string check_one_answer(const memory_log::clinic_rows& rows);

/// A doctor is in at most one room at every position.
std::string check_one_room_per_doctor(const memory_log::clinic_rows& rows);

/// Every bill in the history equals the measure of stays read from the raw events by a fold of its own.
std::string check_bills(const memory_log::clinic_rows& rows);

/// Events that have no second chance to be harmless: as many as distinct commands at most.
std::string check_effects(const memory_log::clinic_rows& rows, const std::map<std::string, size_t>& commands_by_kind);

/// The clinic as its log says, from the first event on.
clinic_state fold(const memory_log::clinic_rows& rows);

/// Whoever is present has a connection that wants it, and who was let in and never disturbed is still there.
std::string check_presence(const clinic_state& state, const memory_log::clinic_rows& rows,
                           const std::vector<client>& clients, const std::map<session_id, const session*>& sessions);

/// What a watcher has seen, put together, is what the log says now.
std::string check_view(const clinic_state& state, const client& who);

} // namespace machiai::test
