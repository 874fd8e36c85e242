#pragma once

#include <cstdint>
#include <span>
#include <string_view>

/// Name, value, unit and meaning of every limit that no setting changes: what clients are told in docs/protocol.md they
/// may rely on, and what only guards against defects. `machiai check-config` prints them after the settings.
#define MACHIAI_FIXED_LIMITS(LIMIT)                                                                                    \
  LIMIT(id_characters_max, 64, "", "An id")                                                                            \
  LIMIT(display_name_characters_max, 100, "", "A name shown to others")                                                \
  LIMIT(address_characters_max, 200, "", "A clinic's address")                                                         \
  LIMIT(phone_characters_max, 32, "", "A clinic's telephone number")                                                   \
  LIMIT(chart_number_bytes_max, 64, "bytes", "A chart number")                                                         \
  LIMIT(appointment_persons_max, 16, "", "Patients and doctors of one appointment")                                    \
  LIMIT(archived_rooms_max, 4096, "", "Ids of a clinic's last archived rooms, which are not booked again")             \
  LIMIT(revoked_keys_max, 256, "", "Ids of a clinic's last revoked keys, which are not registered again")              \
  LIMIT(revocation_memory_ms, 2764800000, "ms", "How long a person's revocation counts: longer than any token lives")  \
  LIMIT(void_invitations_max, 32, "", "Withdrawn or outdated invitations of a room that are remembered")               \
  LIMIT(json_nesting_max, 32, "", "Objects and arrays inside each other, in anything read as JSON")                    \
  LIMIT(token_bytes_max, 4096, "bytes", "A token (JWT)")                                                               \
  LIMIT(hs256_secret_bytes_min, 32, "bytes", "An HS256 secret, at least (RFC 7518 section 3.2)")                       \
  LIMIT(hs256_secret_bytes_max, 512, "bytes", "An HS256 secret")                                                       \
  LIMIT(public_key_bytes_max, 8192, "bytes", "A PEM public key")                                                       \
  LIMIT(rsa_bits_min, 2048, "bits", "An RSA key, at least (RFC 7518 section 3.3)")                                     \
  LIMIT(rsa_bits_max, 8192, "bits", "An RSA key; a longer one makes every check slow")                                 \
  LIMIT(failing_addresses_max, 4096, "", "Addresses remembered for tokens that do not verify")                         \
  LIMIT(failing_address_rest_ms, 10000, "ms", "How long tokens of such an address are refused unseen")                 \
  LIMIT(refusals_max, 64, "", "Clients without a place that a thread tells so at one time; others are just closed")    \
  LIMIT(accepts_per_turn_max, 64, "", "Connections accepted before those at hand are served again")                    \
  LIMIT(clinic_seeks_max, 5, "", "Times a clinic without answer is sought before its clients are sent away")           \
  LIMIT(clinic_seek_pause_ms, 300, "ms", "Between two of them, times their number")                                    \
  LIMIT(drain_answers_ms, 2000, "ms", "How long a drain waits for commands on their way")                              \
  LIMIT(statements_waiting_max, 64, "", "Month's statements and past boards asked for and not yet read")               \
  LIMIT(past_board_ahead_max_ms, 60000, "ms", "How far ahead of the engine's clock a past board may be asked for")     \
  LIMIT(clinics_waking_max, 64, "", "Clinics read at the same time after a start")                                     \
  LIMIT(doubts_stored_ms, 10000, "ms", "How long an engine that took over may take to store who did not come back")    \
  LIMIT(store_answer_timeout_ms, 60000, "ms", "How long a clinic waits for its history before it is woken again")      \
  LIMIT(room_answer_timeout_ms, 10000, "ms", "How long a person waits for a room's address before it asks again")      \
  LIMIT(audit_answer_timeout_ms, 5000, "ms", "How long the auditor waits for what it asks")                            \
  LIMIT(audit_clinics_listed_max, 64, "", "Clinics the auditor is told of at once")                                    \
  LIMIT(pages_bytes_max, 16777216, "bytes", "The built pages, which are kept in memory")                               \
  LIMIT(audit_suspicions_max, 64, "", "Differences in clinics that the auditor remembers to look at again")

namespace machiai {

namespace fixed {
#define MACHIAI_LIMIT(name, value, unit, meaning) inline constexpr uint32_t name = value;
MACHIAI_FIXED_LIMITS(MACHIAI_LIMIT)
#undef MACHIAI_LIMIT
} // namespace fixed

struct fixed_limit_row {
  std::string_view name;
  uint32_t value = 0;
  std::string_view unit;
  std::string_view meaning;
};

/// All of them, in the order above.
std::span<const fixed_limit_row> fixed_limits_table();

} // namespace machiai
