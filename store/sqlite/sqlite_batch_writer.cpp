#include "store/sqlite/sqlite_batch_writer.hpp"

#include "config/fail_point.hpp"

namespace machiai {

namespace {

int64_t as_stored(uint64_t value) {
  return static_cast<int64_t>(value);
}

} // namespace

bool sqlite_batch_writer::write(const clinic_append& append) {
  return write_events(append) && write_answers(append) && write_outbox(append) && write_snapshot(append);
}

bool sqlite_batch_writer::add(sqlite_query& row, const char* newest_position) {
  newest_position_ = newest_position;
  if (!row.run())
    error_code_ = row.error_code();
  return error_code_ == 0;
}

bool sqlite_batch_writer::write_events(const clinic_append& append) {
  auto row =
      connection_.query("INSERT INTO event_log (clinic, seq, epoch, at, kind, room, subject, author, body, hash) "
                        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  for (const auto& event : append.events) {
    row << event.clinic.value << as_stored(event.seq) << int64_t{event.epoch} << event.at.ms << event.kind
        << event.room.value << event.subject.value << event.author << event.body << event.hash;
    if (!add(row, "SELECT max(position) FROM event_log"))
      return false;
  }
  return true;
}

bool sqlite_batch_writer::write_answers(const clinic_append& append) {
  auto row = connection_.query(
      "INSERT INTO answer_log (clinic, seq, principal, command, at, answer, digest) VALUES (?, ?, ?, ?, ?, ?, ?)");
  for (const auto& answer : append.answers) {
    row << append.clinic.value << as_stored(answer.seq) << answer.principal.value << answer.command.value
        << answer.at.ms << answer.answer << as_stored(answer.digest);
    if (!add(row, "SELECT max(position) FROM answer_log"))
      return false;
  }
  return true;
}

bool sqlite_batch_writer::write_outbox(const clinic_append& append) {
  auto row =
      connection_.query("INSERT INTO outbox_log (clinic, seq, channel, idempotency_key, body) VALUES (?, ?, ?, ?, ?)");
  for (const auto& entry : append.outbox) {
    row << append.clinic.value << as_stored(entry.seq) << entry.channel << entry.idempotency_key << entry.body;
    if (!add(row, "SELECT max(position) FROM outbox_log"))
      return false;
  }
  return true;
}

bool sqlite_batch_writer::write_snapshot(const clinic_append& append) {
  if (!append.snapshot)
    return true;
  fail_point("sqlite.snapshot.before");
  const auto& snapshot = *append.snapshot;
  auto row = connection_.query("INSERT INTO snapshot_log (clinic, seq, at, hash, body) VALUES (?, ?, ?, ?, ?)");
  row << append.clinic.value << as_stored(snapshot.seq) << snapshot.at.ms << snapshot.hash << snapshot.body;
  const auto written = add(row, "SELECT max(position) FROM snapshot_log");
  fail_point("sqlite.snapshot.after");
  return written;
}

} // namespace machiai
