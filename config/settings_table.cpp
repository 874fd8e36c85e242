#include "config/settings_table.hpp"

#include <algorithm>
#include <cctype>

namespace machiai {

namespace {

template <auto Section, auto Member>
auto& member(settings& of) {
  return of.*Section.*Member;
}

// The name of a setting is the name of its member: written once, so that the two cannot differ.
#define MACHIAI_SETTING(kind, section, key, unit, minimum, maximum, description)                                       \
  {                                                                                                                    \
#section, #key,                                                                                                    \
        kind##_member{&member < &settings::section, &section##_settings::key> }, unit, minimum, maximum, description   \
  }

constexpr setting_row rows[] = {
    MACHIAI_SETTING(text, listen, address, "", 1, 255,
                    "Clients' WebSocket and HTTP, IP:PORT, [IPv6]:PORT or localhost:PORT; port 0 takes any free one"),
    MACHIAI_SETTING(text, listen, admin_address, "", 1, 255,
                    "Health, metrics and drain; has no authentication, so keep it on loopback"),
    MACHIAI_SETTING(text, listen, tls_certificate, "", 0, 4096,
                    "PEM file of the certificate chain; with tls_key turns TLS on"),
    MACHIAI_SETTING(text, listen, tls_key, "", 0, 4096, "PEM file of the certificate's private key"),
    MACHIAI_SETTING(number, listen, shards, "", 0, 256, "I/O threads; 0 means one for every two cores"),
    MACHIAI_SETTING(number, listen, shard_stuck_after_ms, "ms", 2000, 600000,
                    "An I/O thread whose loop has not turned for so long makes /livez fail"),
    MACHIAI_SETTING(list, listen, allowed_origins, "", 0, 256,
                    "Origins a browser's WebSocket may come from; empty allows any"),
    MACHIAI_SETTING(number, connection, connections_max, "", 1, 1000000,
                    "Connections of the whole process; further ones get 503"),
    MACHIAI_SETTING(number, connection, connections_per_address_max, "", 1, 1000000,
                    "Connections of one client address; behind a reverse proxy as many as connections_max"),
    MACHIAI_SETTING(number, connection, admin_connections_max, "", 1, 128, "Connections of the admin listener"),
    MACHIAI_SETTING(number, connection, accept_backlog, "", 1, 65535,
                    "Connections the kernel may hold ready for accept"),
    MACHIAI_SETTING(number, connection, accept_pause_ms, "ms", 1, 10000, "Rest of accepting when descriptors run out"),
    MACHIAI_SETTING(number, connection, http_header_bytes_max, "bytes", 1024, 1048576, "Request line and headers"),
    MACHIAI_SETTING(number, connection, http_body_bytes_max, "bytes", 1024, 16777216, "Body of one HTTP request"),
    MACHIAI_SETTING(number, connection, handshake_timeout_ms, "ms", 100, 60000,
                    "From accept to the end of the request's headers"),
    MACHIAI_SETTING(number, connection, http_body_timeout_ms, "ms", 100, 300000, "From the headers' end to the body's"),
    MACHIAI_SETTING(number, connection, http_keep_alive_timeout_ms, "ms", 0, 600000,
                    "How long an idle HTTP connection stays open"),
    MACHIAI_SETTING(number, connection, http_response_timeout_ms, "ms", 100, 600000,
                    "From a whole request to its answer"),
    MACHIAI_SETTING(number, connection, hello_timeout_ms, "ms", 100, 60000,
                    "From the WebSocket's opening to an accepted hello"),
    MACHIAI_SETTING(number, connection, message_bytes_max, "bytes", 1024, 16777216,
                    "One WebSocket message once hello is accepted"),
    MACHIAI_SETTING(number, connection, hello_bytes_max, "bytes", 1024, 65536,
                    "One WebSocket message before hello is accepted"),
    MACHIAI_SETTING(number, connection, message_fragments_max, "", 1, 1000000, "Frames of one WebSocket message"),
    MACHIAI_SETTING(number, connection, beat_interval_ms, "ms", 1000, 300000,
                    "Every so often the server sends a beat and a ping"),
    MACHIAI_SETTING(number, connection, doubt_after_ms, "ms", 100, 300000,
                    "Silence after a ping before the person counts as unstable"),
    MACHIAI_SETTING(number, connection, dead_after_ms, "ms", 200, 300000,
                    "Silence after a ping before the connection is cut"),
    MACHIAI_SETTING(number, connection, close_timeout_ms, "ms", 100, 60000, "How long a closing handshake may take"),
    MACHIAI_SETTING(number, connection, send_soft_bytes, "bytes", 4096, 1073741824,
                    "Above it queued frames of one key collapse to the newest"),
    MACHIAI_SETTING(number, connection, send_hard_bytes, "bytes", 8192, 1073741824,
                    "Above it the queue is dropped for one snapshot"),
    MACHIAI_SETTING(number, connection, send_reserved_bytes, "bytes", 65536, 1073741824,
                    "Replies and control frames; beyond it the connection is closed"),
    MACHIAI_SETTING(number, connection, kernel_unsent_bytes, "bytes", 4096, 1073741824,
                    "What the kernel may hold unsent for one connection"),
    MACHIAI_SETTING(number, connection, send_stall_timeout_ms, "ms", 1000, 600000,
                    "A reader that takes nothing for so long is cut"),
    MACHIAI_SETTING(number, connection, messages_per_second, "", 1, 100000,
                    "Messages of one connection, refilled each second"),
    MACHIAI_SETTING(number, connection, messages_burst, "", 1, 1000000,
                    "Messages of one connection that may come at once"),
    MACHIAI_SETTING(number, connection, pings_per_second, "", 1, 100000, "Client pings, refilled each second"),
    MACHIAI_SETTING(number, connection, pings_burst, "", 1, 1000000, "Client pings that may come at once"),
    MACHIAI_SETTING(number, connection, http_requests_per_second, "", 1, 100000,
                    "HTTP requests of one connection, refilled each second; further ones get 429"),
    MACHIAI_SETTING(number, connection, http_requests_burst, "", 1, 1000000,
                    "HTTP requests of one connection that may come at once"),
    MACHIAI_SETTING(number, connection, failed_tokens_per_minute, "", 1, 1000000,
                    "Failed tokens of one address before further ones are refused unseen"),
    MACHIAI_SETTING(number, command, in_flight_per_session_max, "", 1, 10000, "Unanswered commands of one connection"),
    MACHIAI_SETTING(number, command, in_flight_per_clinic_max, "", 1, 1000000, "Unanswered commands of one clinic"),
    MACHIAI_SETTING(number, command, in_flight_max, "", 1, 10000000, "Unanswered commands of the whole process"),
    MACHIAI_SETTING(number, command, timeout_ms, "ms", 100, 600000,
                    "Past it the client gets timed_out and may send the id again"),
    MACHIAI_SETTING(number, command, remember_for_ms, "ms", 60000, 604800000,
                    "How long answers are remembered for repeated command ids"),
    MACHIAI_SETTING(number, command, remember_max, "", 16, 1000000, "How many answers one clinic remembers"),
    MACHIAI_SETTING(
        number, presence, leave_after_ms, "ms", 1000, 3600000,
        "From the last proof of presence to left when a connection is lost; below beat_interval_ms + dead_after_ms "
        "somebody on a slow open line may be given up while connected"),
    MACHIAI_SETTING(number, presence, alive_interval_ms, "ms", 100, 5000,
                    "How often the alive mark is written: what a crash can take from a stay"),
    MACHIAI_SETTING(number, presence, planned_outage_max_ms, "ms", 1000, 86400000,
                    "After a shorter planned stop patience counts from the new start, not the stop"),
    MACHIAI_SETTING(number, presence, devices_max, "", 1, 100, "Devices of one person"),
    MACHIAI_SETTING(number, billing, reconnect_window_ms, "ms", 0, 3600000,
                    "Two stays are one when the first ended by loss and the second began within it"),
    MACHIAI_SETTING(number, billing, unit_ms, "ms", 1000, 86400000,
                    "Length of a billed unit of the doctor's time in the room"),
    MACHIAI_SETTING(number, billing, unit_yen, "yen", 0, 1000000, "Price of a unit before tax"),
    MACHIAI_SETTING(number, billing, additional_yen, "yen", 0, 1000000,
                    "Price of a unit for each further participant before tax"),
    MACHIAI_SETTING(text, billing, additional_basis, "", 4, 7,
                    "Further participants counted as persons who ever came, or as the peak of those there together"),
    MACHIAI_SETTING(number, room, participants_max, "", 2, 1000, "Persons in a room and its waiting room together"),
    MACHIAI_SETTING(number, room, invites_max, "", 0, 1000, "Invitations of one room that let somebody in"),
    MACHIAI_SETTING(number, room, invite_valid_ms, "ms", 60000, 2592000000, "How long an invitation may be used"),
    MACHIAI_SETTING(number, room, call_endpoints_max, "", 2, 16, "Devices in the picture-and-sound call of one room"),
    MACHIAI_SETTING(number, room, end_without_doctor_ms, "ms", 60000, 604800000,
                    "A consultation without a doctor ends by itself after this time"),
    MACHIAI_SETTING(
        number, room, archive_after_ms, "ms", 60000, 2592000000,
        "A room leaves the board so long after its end; one that never ended, after its start or last event"),
    MACHIAI_SETTING(list, call, stun_urls, "", 0, 8, "STUN servers told to who joins a call, stun:HOST:PORT"),
    MACHIAI_SETTING(list, call, turn_urls, "", 0, 8, "TURN servers told to who joins a call, turn:HOST:PORT"),
    MACHIAI_SETTING(text, call, turn_secret_file, "", 0, 4096, "File with coturn's static-auth-secret"),
    MACHIAI_SETTING(number, call, turn_lifetime_ms, "ms", 60000, 86400000, "How long a TURN credential is good"),
    MACHIAI_SETTING(number, clinic, rooms_max, "", 1, 100000,
                    "Rooms on the board, from booking to archive: those to come, cancelled and not attended too"),
    MACHIAI_SETTING(number, clinic, persons_max, "", 1, 1000000, "Doctors and patients a clinic may register"),
    MACHIAI_SETTING(number, clinic, keys_max, "", 1, 1000, "Token signing keys of a clinic"),
    MACHIAI_SETTING(number, clinic, sleep_after_ms, "ms", 1000, 604800000,
                    "A clinic without connections and people sleeps after this time"),
    MACHIAI_SETTING(number, clinic, ring_frames_max, "", 1, 1000000, "Recent frames kept for clients that come back"),
    MACHIAI_SETTING(number, clinic, ring_bytes_max, "bytes", 4096, 1073741824, "The same, in bytes"),
    MACHIAI_SETTING(number, clinic, snapshot_every_events, "", 10, 1000000, "Events between two snapshots of a clinic"),
    MACHIAI_SETTING(number, clinic, restarts_max, "", 0, 1000,
                    "Restarts of rooms and persons in the window before the clinic itself gives up"),
    MACHIAI_SETTING(number, clinic, restart_window_ms, "ms", 100, 3600000, "The window for restarts_max"),
    MACHIAI_SETTING(number, clinic, failing_max, "", 0, 1000000,
                    "Clinics that keep dying before the engine says that it is not ready"),
    MACHIAI_SETTING(text, store, url, "", 1, 4096, "sqlite:PATH, postgresql://… or memory:"),
    MACHIAI_SETTING(number, store, commit_interval_us, "us", 0, 1000000, "Least time between two commits"),
    MACHIAI_SETTING(number, store, batch_rows_max, "", 1, 1000000, "Events and answers in one commit"),
    MACHIAI_SETTING(number, store, index_interval_ms, "ms", 10, 3600000,
                    "How often the background step extends the index by clinic"),
    MACHIAI_SETTING(number, store, index_rows_max, "", 1, 10000000, "Rows the background step indexes at once"),
    MACHIAI_SETTING(number, store, prune_rows_max, "", 1, 1000000,
                    "Old answers and old snapshots it looks at to delete"),
    MACHIAI_SETTING(number, store, waiting_rows_max, "", 1, 10000000,
                    "Events and answers waiting for the store before commands are refused"),
    MACHIAI_SETTING(number, store, connect_timeout_ms, "ms", 2000, 60000, "Connecting to PostgreSQL, in whole seconds"),
    MACHIAI_SETTING(number, store, lock_timeout_ms, "ms", 100, 60000, "How long a statement waits for a lock"),
    MACHIAI_SETTING(number, store, statement_timeout_ms, "ms", 1000, 300000,
                    "One statement in PostgreSQL; after twice the time the connection is given up"),
    MACHIAI_SETTING(number, store, silent_after_ms, "ms", 500, 600000,
                    "Without an answer of the store for so long commands are refused and /readyz fails"),
    MACHIAI_SETTING(number, store, writer_lock_wait_ms, "ms", 0, 300000,
                    "How long another session may hold PostgreSQL's writer lock before the engine ends"),
    MACHIAI_SETTING(text, token, operator_key_file, "", 0, 4096,
                    "The operator's key; empty means beside the store; made when missing"),
    MACHIAI_SETTING(number, token, leeway_ms, "ms", 0, 300000,
                    "How far clocks may differ when times in tokens are checked"),
    MACHIAI_SETTING(number, token, lifetime_max_ms, "ms", 60000, 2678400000, "Longest time a token may be valid"),
    MACHIAI_SETTING(number, token, guest_lifetime_ms, "ms", 60000, 2678400000,
                    "How long the token is valid that a guest gets for an invitation"),
    MACHIAI_SETTING(number, drain, reconnect_window_ms, "ms", 0, 600000,
                    "Clients come back at a random time inside this window"),
    MACHIAI_SETTING(number, drain, hard_limit_ms, "ms", 100, 3600000,
                    "After this the engine ends no matter what is open"),
    MACHIAI_SETTING(number, audit, interval_ms, "ms", 0, 3600000, "How often the auditor looks; 0 turns it off"),
    MACHIAI_SETTING(number, audit, looks_per_interval, "", 1, 1000, "Clinics, or parts of large ones, compared then"),
    MACHIAI_SETTING(number, audit, rooms_per_look, "", 1, 2000, "Rooms of a clinic compared at once"),
    MACHIAI_SETTING(number, audit, confirm_after_ms, "ms", 0, 3600000,
                    "A difference counts when it is still there after so long"),
    MACHIAI_SETTING(number, synthetic, interval_ms, "ms", 0, 300000,
                    "Between two visits of the synthetic patient; 0 turns them off"),
    MACHIAI_SETTING(number, synthetic, timeout_ms, "ms", 100, 600000, "How long such a visit may take"),
    MACHIAI_SETTING(text, pages, folder, "", 0, 4096, "Folder of the built pages; empty serves none"),
    MACHIAI_SETTING(text, log, level, "", 4, 5, "trace, debug, info, warn or error"),
    MACHIAI_SETTING(number, log, event_lines_per_second, "", 1, 1000000,
                    "Lines of one event in a second; further ones are only counted"),
};
#undef MACHIAI_SETTING

/// A basic string of TOML 1.0.
std::string quoted(const std::string& text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string result = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) {
      result.append("\\u00").append(1, digits[byte >> 4U]).append(1, digits[byte & 0xFU]);
      continue;
    }
    if (c == '"' || c == '\\')
      result += '\\';
    result += c;
  }
  return result + '"';
}

std::string text_of(uint32_t value) {
  return std::to_string(value);
}

std::string text_of(const std::string& value) {
  return quoted(value);
}

std::string text_of(const std::vector<std::string>& values) {
  std::string result = "[";
  for (const auto& value : values)
    result += (result.size() > 1 ? ", " : "") + quoted(value);
  return result + ']';
}

} // namespace

std::span<const setting_row> settings_table() {
  return rows;
}

std::string setting_name(const setting_row& row) {
  return std::string{row.section} + '.' + std::string{row.key};
}

std::string setting_variable(const setting_row& row) {
  auto name = "MACHIAI_" + std::string{row.section} + '_' + std::string{row.key};
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return name;
}

std::string setting_value(const setting_row& row, const settings& from) {
  // The members are reached through references that can also write; a copy keeps `from` const.
  auto copy = from;
  return std::visit([&copy](auto reach) { return text_of(reach(copy)); }, row.member);
}

} // namespace machiai
