#pragma once

#include "actors/inspect.hpp"
#include "store/event_store.hpp"

#include <caf/error.hpp>

#include <cstdint>
#include <vector>

/// To and from the event log, and to the registry.
namespace machiai {

/// Which actor is this clinic? `create` is the operator's right to make a new one.
struct find_clinic {
  clinic_id clinic;
  bool create = false;
};
BOOST_DESCRIBE_STRUCT(find_clinic, (), (clinic, create))

/// The same question from a shard, which does not wait for the answer: `clinic_found` comes as news.
struct seek_clinic {
  clinic_id clinic;
  bool create = false;
};
BOOST_DESCRIBE_STRUCT(seek_clinic, (), (clinic, create))

/// Nobody is connected or present; the clinic may be put to sleep.
struct clinic_idle {
  clinic_id clinic;
};
BOOST_DESCRIBE_STRUCT(clinic_idle, (), (clinic))

struct wake_due {
  clinic_id clinic;
};
BOOST_DESCRIBE_STRUCT(wake_due, (), (clinic))

/// No more waking; every clinic writes its snapshot and ends.
struct drain_clinics {
  uint32_t reconnect_window_ms = 0;
};
BOOST_DESCRIBE_STRUCT(drain_clinics, (), (reconnect_window_ms))

BOOST_DESCRIBE_STRUCT(event_record, (), (clinic, seq, epoch, at, kind, room, subject, author, body, hash))
BOOST_DESCRIBE_STRUCT(answer_record, (), (principal, command, at, seq, answer, digest))
BOOST_DESCRIBE_STRUCT(outbox_record, (), (seq, channel, idempotency_key, body))
BOOST_DESCRIBE_STRUCT(snapshot_record, (), (seq, at, hash, body))
BOOST_DESCRIBE_STRUCT(clinic_append, (), (clinic, epoch, events, answers, outbox, snapshot))
BOOST_DESCRIBE_STRUCT(alive_mark, (), (engine, at, clean, ran_ms))
BOOST_DESCRIBE_STRUCT(takeover, (), (epoch, previous, last_proof_at))
BOOST_DESCRIBE_STRUCT(clinic_history, (), (snapshot, events, answers))

/// Take the clinic over and read what it was.
struct wake_clinic {
  clinic_id clinic;
};
BOOST_DESCRIBE_STRUCT(wake_clinic, (), (clinic))

struct clinic_woken {
  clinic_id clinic;
  takeover owner;
  clinic_history history;
};
BOOST_DESCRIBE_STRUCT(clinic_woken, (), (clinic, owner, history))

/// Make durable; appends of one clinic are stored in the order they were sent. Tickets of one clinic ascend.
struct append {
  clinic_append what;
  uint64_t ticket = 0;
};
BOOST_DESCRIBE_STRUCT(append, (), (what, ticket))

/// All clinics that exist in the store.
struct get_clinics {};
BOOST_DESCRIBE_STRUCT(get_clinics, (), ())

struct clinic_list {
  std::vector<clinic_id> clinics;
};
BOOST_DESCRIBE_STRUCT(clinic_list, (), (clinics))

/// Write the last mark: from here on a stop is planned.
struct mark_clean {};
BOOST_DESCRIBE_STRUCT(mark_clean, (), ())

struct flush_due {};
BOOST_DESCRIBE_STRUCT(flush_due, (), ())

struct alive_due {};
BOOST_DESCRIBE_STRUCT(alive_due, (), ())

struct index_due {};
BOOST_DESCRIBE_STRUCT(index_due, (), ())

/// Everything up to this ticket survives any crash from now on.
struct appended {
  uint64_t ticket = 0;
  /// When the commit was done, on this machine's monotonic clock; for the latency metrics only.
  int64_t committed_at_us = 0;
};
BOOST_DESCRIBE_STRUCT(appended, (), (ticket, committed_at_us))

/// The append was not stored, and nothing of this clinic will be any more: the clinic ends, the log decides what is
/// true.
struct append_failed {
  caf::error why;
};
BOOST_DESCRIBE_STRUCT(append_failed, (), (why))

} // namespace machiai
