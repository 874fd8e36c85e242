#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// Every setting and every limit, as plain structs with their defaults. Durations are milliseconds (names end in `_ms`)
/// unless the name says otherwise, sizes are bytes. Each also has a row in config/settings_table.cpp with its range and
/// meaning, by which `load_settings` reads it from TOML and the environment and `validate_settings` checks it.
namespace machiai {

/// Where the engine listens and how TLS is done.
struct listen_settings {
  /// Clients: WebSocket and HTTP. `HOST:PORT`, `[::1]:PORT`; port 0 takes any free one.
  std::string address = "127.0.0.1:8080";
  /// Health, metrics, drain. Keep it on loopback: it has no authentication.
  std::string admin_address = "127.0.0.1:9464";
  /// PEM files; both empty means no TLS.
  std::string tls_certificate;
  std::string tls_key;
  /// I/O threads, each with its own listening socket. 0 means one for every two cores, at least one.
  uint32_t shards = 0;
  /// An I/O thread whose loop has not turned for so long is stuck, and the engine no longer live.
  uint32_t shard_stuck_after_ms = 10000;
  /// Origins a browser's WebSocket may come from; empty allows any (the token is never in a cookie).
  std::vector<std::string> allowed_origins;
};

/// What one connection may do. Past a limit it gets the error or close code named in docs/protocol.
struct connection_settings {
  /// All connections of the process; the rest is refused with 503. Must stay below the descriptor limit.
  uint32_t connections_max = 18000;
  /// A clinic's consoles and pages may share one address. Behind a reverse proxy all clients have the proxy's: there it
  /// must be as high as `connections_max`.
  uint32_t connections_per_address_max = 1000;
  /// Connections of the admin listener.
  uint32_t admin_connections_max = 64;
  /// Connections the kernel may hold ready for accept, per listening socket.
  uint32_t accept_backlog = 1024;
  /// How long accepting rests when the process is out of descriptors.
  uint32_t accept_pause_ms = 100;
  /// Request line and headers.
  uint32_t http_header_bytes_max = 8 * 1024;
  uint32_t http_body_bytes_max = 256 * 1024;
  /// From accept to the end of the request's headers (and of the upgrade).
  uint32_t handshake_timeout_ms = 5000;
  /// From the headers' end to the body's.
  uint32_t http_body_timeout_ms = 10000;
  uint32_t http_keep_alive_timeout_ms = 30000;
  /// From a whole request to its answer; past it the client gets 503.
  uint32_t http_response_timeout_ms = 10000;
  /// From the WebSocket's opening to an accepted `hello`.
  uint32_t hello_timeout_ms = 5000;
  /// One WebSocket message, after and before `hello` is accepted.
  uint32_t message_bytes_max = 64 * 1024;
  uint32_t hello_bytes_max = 4 * 1024;
  /// Frames of one message; their payload may be empty, so the size alone bounds nothing.
  uint32_t message_fragments_max = 1024;
  /// Every so often the server sends a beat and a ping.
  uint32_t beat_interval_ms = 20000;
  /// Silence after a ping: first doubt, then the end.
  uint32_t doubt_after_ms = 3000;
  uint32_t dead_after_ms = 10000;
  /// How long a closing handshake may take.
  uint32_t close_timeout_ms = 5000;
  /// Above the soft limit queued frames of one key collapse to the newest; above the hard limit the queue is dropped
  /// for one snapshot; a reader that takes nothing for the stall time is closed.
  uint32_t send_soft_bytes = 256 * 1024;
  uint32_t send_hard_bytes = 1024 * 1024;
  /// Replies and control frames, which are never dropped; beyond it the connection is closed.
  uint32_t send_reserved_bytes = 1024 * 1024;
  /// What the kernel may hold unsent for one connection (TCP_NOTSENT_LOWAT).
  uint32_t kernel_unsent_bytes = 128 * 1024;
  uint32_t send_stall_timeout_ms = 30000;
  /// Token buckets: a second's refill, and how much may come at once.
  uint32_t messages_per_second = 50;
  uint32_t messages_burst = 200;
  uint32_t pings_per_second = 5;
  uint32_t pings_burst = 20;
  /// The same for HTTP, where a request above it is answered with 429 and the connection goes on: an integrator's bulk
  /// load over one connection is slowed, not cut.
  uint32_t http_requests_per_second = 500;
  uint32_t http_requests_burst = 1000;
  /// Failed tokens per address and minute before further ones are refused unseen.
  uint32_t failed_tokens_per_minute = 60;
};

/// Commands between arrival and answer.
struct command_settings {
  uint32_t in_flight_per_session_max = 32;
  uint32_t in_flight_per_clinic_max = 1024;
  uint32_t in_flight_max = 16384;
  /// Past this the client gets `timed_out`: the outcome is unknown and the id may be sent again.
  uint32_t timeout_ms = 10000;
  /// How long, and how many per clinic, answers are remembered for repeated ids.
  uint32_t remember_for_ms = 24 * 60 * 60 * 1000;
  uint32_t remember_max = 4096;
};

struct presence_settings {
  /// From the last proof of presence to `left` when a connection is lost (domain.md R4).
  uint32_t leave_after_ms = 30000;
  /// How often the engine writes its alive mark: what a crash can take from a stay (R17 asks for at most 5 s).
  uint32_t alive_interval_ms = 2000;
  /// After a planned stop shorter than this, patience counts from the new start, not from the stop.
  uint32_t planned_outage_max_ms = 300000;
  /// Devices of one person.
  uint32_t devices_max = 8;
};

struct billing_settings {
  /// The meter joins two stays of a person when the first ended by loss and the second began within this time.
  uint32_t reconnect_window_ms = 30000;
  uint32_t unit_ms = 30 * 60 * 1000;
  uint32_t unit_yen = 100;
  uint32_t additional_yen = 50;
  /// persons, peak: what the additional fee counts (`additional_basis` in store/records.hpp).
  std::string additional_basis = "persons";
};

struct room_settings {
  /// Persons in a room and its waiting room together.
  uint32_t participants_max = 32;
  uint32_t invites_max = 32;
  uint32_t invite_valid_ms = 24 * 60 * 60 * 1000;
  /// Devices in the picture-and-sound call of one room; each sends to every other.
  uint32_t call_endpoints_max = 6;
  /// A consultation without a doctor ends by itself after this time (R18).
  uint32_t end_without_doctor_ms = 4 * 60 * 60 * 1000;
  /// A room leaves the board this long after its end, or after its appointment when nobody is there.
  uint32_t archive_after_ms = 24 * 60 * 60 * 1000;
};

/// Picture and sound go from browser to browser; the engine passes on their signals and says which servers help.
struct call_settings {
  /// `stun:` and `turn:` addresses (RFC 7064, RFC 7065) told to who joins a call.
  std::vector<std::string> stun_urls;
  std::vector<std::string> turn_urls;
  /// File with coturn's `static-auth-secret`; needed with turn_urls.
  std::string turn_secret_file;
  /// How long a credential for the TURN server is good.
  uint32_t turn_lifetime_ms = 4 * 60 * 60 * 1000;
};

struct clinic_settings {
  /// Rooms on the board at once; a further appointment is refused.
  uint32_t rooms_max = 2000;
  uint32_t persons_max = 20000;
  uint32_t keys_max = 16;
  /// A clinic without connections and without anybody present goes to sleep after this time.
  uint32_t sleep_after_ms = 5 * 60 * 1000;
  /// Recent frames kept for clients that come back, as a number and as bytes.
  uint32_t ring_frames_max = 1024;
  uint32_t ring_bytes_max = 1024 * 1024;
  uint32_t snapshot_every_events = 1000;
  /// Restarts of a clinic's rooms and persons within the window before the clinic itself gives up.
  uint32_t restarts_max = 5;
  uint32_t restart_window_ms = 10000;
  uint32_t failing_max = 3;
};

struct store_settings {
  std::string url = "sqlite:machiai.db";
  /// The least time between two commits; 0 commits as soon as the last one is done.
  uint32_t commit_interval_us = 1000;
  uint32_t batch_rows_max = 4096;
  /// How often the background step runs and how many rows it indexes at once.
  uint32_t index_interval_ms = 1000;
  uint32_t index_rows_max = 20000;
  /// How many old answers and snapshots the same step looks at.
  uint32_t prune_rows_max = 2000;
  /// Rows (events and answers) waiting for the store before commands are refused.
  uint32_t waiting_rows_max = 65536;
  /// Past these the store counts as unavailable. SQLite only waits for locks.
  uint32_t connect_timeout_ms = 5000;
  uint32_t lock_timeout_ms = 5000;
  uint32_t statement_timeout_ms = 15000;
  /// A store that has not answered for so long counts as unavailable already, whatever may still come.
  uint32_t silent_after_ms = 5000;
  /// How long the lock against a second engine may stay taken before the engine ends: the server may take a moment to
  /// notice that our former connection is gone. PostgreSQL only; SQLite's lock ends with its process.
  uint32_t writer_lock_wait_ms = 5000;
};

struct token_settings {
  /// File with the operator's key; made with mode 0600 beside the store when it is missing.
  std::string operator_key_file;
  /// How far clocks may differ when `exp`, `nbf` and `iat` are checked.
  uint32_t leeway_ms = 60000;
  /// Longest time a token may be valid.
  uint32_t lifetime_max_ms = 7 * 24 * 60 * 60 * 1000u;
  /// How long the token is valid that a guest gets for an invitation.
  uint32_t guest_lifetime_ms = 24 * 60 * 60 * 1000;
};

struct drain_settings {
  /// Clients are told to come back at a random time inside this window, from now on.
  uint32_t reconnect_window_ms = 5000;
  /// After this the engine ends no matter what is still open.
  uint32_t hard_limit_ms = 20000;
};

/// The built-in auditor: compares actors, store and sockets, a little at a time.
struct audit_settings {
  /// 0 turns it off.
  uint32_t interval_ms = 1000;
  /// How many looks at a clinic, or a part of a large one, are taken then.
  uint32_t looks_per_interval = 2;
  uint32_t rooms_per_look = 50;
  /// A difference counts only when it is still there after so long, or after the longest time a doubt takes to show.
  uint32_t confirm_after_ms = 10000;
};

/// A synthetic patient and console that show, also when nobody else comes, that a visit works and how fast it is seen.
struct synthetic_settings {
  /// From the end of one visit to the next; 0 turns it off. A visit stores two events.
  uint32_t interval_ms = 0;
  /// A visit that takes longer has failed.
  uint32_t timeout_ms = 5000;
};

struct pages_settings {
  /// Folder of the built pages, read once at the start; empty serves none.
  std::string folder;
};

struct log_settings {
  /// trace, debug, info, warn, error.
  std::string level = "info";
  /// Lines of one event in a second; further ones are counted in the next second's first line.
  uint32_t event_lines_per_second = 100;
};

struct settings {
  listen_settings listen;
  connection_settings connection;
  command_settings command;
  presence_settings presence;
  billing_settings billing;
  room_settings room;
  call_settings call;
  clinic_settings clinic;
  store_settings store;
  token_settings token;
  drain_settings drain;
  audit_settings audit;
  synthetic_settings synthetic;
  pages_settings pages;
  log_settings log;
};

} // namespace machiai
