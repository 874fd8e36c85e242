#include "store/postgres/postgres_batch.hpp"

#include "config/error.hpp"

namespace machiai {

namespace {

int64_t as_stored(uint64_t value) {
  return static_cast<int64_t>(value);
}

/// Columns of one INSERT, filled row by row.
struct event_columns {
  pg_array clinic = pg_array::of_text(), seq = pg_array::of_bigint(), epoch = pg_array::of_bigint(),
           at = pg_array::of_bigint(), kind = pg_array::of_text(), room = pg_array::of_text(),
           subject = pg_array::of_text(), author = pg_array::of_text(), body = pg_array::of_text(),
           hash = pg_array::of_bytea();

  void add(const event_record& event) {
    clinic.add(event.clinic.value);
    seq.add(as_stored(event.seq));
    epoch.add(int64_t{event.epoch});
    at.add(event.at.ms);
    kind.add(event.kind);
    room.add(event.room.value);
    subject.add(event.subject.value);
    author.add(event.author);
    body.add(event.body);
    hash.add(event.hash);
  }

  pg_statement statement() {
    return pg_statement{"INSERT INTO event_log (clinic, seq, epoch, at, kind, room, subject, author, body, hash) "
                        "SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"}
           << clinic << seq << epoch << at << kind << room << subject << author << body << hash;
  }
};

struct answer_columns {
  pg_array clinic = pg_array::of_text(), seq = pg_array::of_bigint(), principal = pg_array::of_text(),
           command = pg_array::of_text(), at = pg_array::of_bigint(), answer = pg_array::of_text(),
           digest = pg_array::of_bigint();

  void add(const clinic_id& owner, const answer_record& record) {
    clinic.add(owner.value);
    seq.add(as_stored(record.seq));
    principal.add(record.principal.value);
    command.add(record.command.value);
    at.add(record.at.ms);
    answer.add(record.answer);
    digest.add(as_stored(record.digest));
  }

  pg_statement statement() {
    return pg_statement{"INSERT INTO answer_log (clinic, seq, principal, command, at, answer, digest) "
                        "SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7)"}
           << clinic << seq << principal << command << at << answer << digest;
  }
};

struct outbox_columns {
  pg_array clinic = pg_array::of_text(), seq = pg_array::of_bigint(), channel = pg_array::of_text(),
           key = pg_array::of_text(), body = pg_array::of_text();

  void add(const clinic_id& owner, const outbox_record& record) {
    clinic.add(owner.value);
    seq.add(as_stored(record.seq));
    channel.add(record.channel);
    key.add(record.idempotency_key);
    body.add(record.body);
  }

  pg_statement statement() {
    return pg_statement{"INSERT INTO outbox_log (clinic, seq, channel, idempotency_key, body) "
                        "SELECT * FROM unnest($1, $2, $3, $4, $5)"}
           << clinic << seq << channel << key << body;
  }
};

struct snapshot_columns {
  pg_array clinic = pg_array::of_text(), seq = pg_array::of_bigint(), at = pg_array::of_bigint(),
           hash = pg_array::of_bytea(), body = pg_array::of_text();

  void add(const clinic_id& owner, const snapshot_record& record) {
    clinic.add(owner.value);
    seq.add(as_stored(record.seq));
    at.add(record.at.ms);
    hash.add(record.hash);
    body.add(record.body);
  }

  pg_statement statement() {
    return pg_statement{"INSERT INTO snapshot_log (clinic, seq, at, hash, body) "
                        "SELECT * FROM unnest($1, $2, $3, $4, $5)"}
           << clinic << seq << at << hash << body;
  }
};

} // namespace

std::vector<pg_statement> insert_rows(const commit_batch& batch, const batch_plan& plan) {
  event_columns events;
  answer_columns answers;
  outbox_columns outbox;
  snapshot_columns snapshots;
  for (const auto i : plan.accepted) {
    const auto& append = batch.appends[i];
    for (const auto& event : append.events)
      events.add(event);
    for (const auto& answer : append.answers)
      answers.add(append.clinic, answer);
    for (const auto& entry : append.outbox)
      outbox.add(append.clinic, entry);
    if (append.snapshot)
      snapshots.add(append.clinic, *append.snapshot);
  }
  std::vector<pg_statement> statements;
  if (!events.clinic.empty())
    statements.push_back(events.statement());
  if (!answers.clinic.empty())
    statements.push_back(answers.statement());
  if (!outbox.clinic.empty())
    statements.push_back(outbox.statement());
  if (!snapshots.clinic.empty())
    statements.push_back(snapshots.statement());
  return statements;
}

pg_statement find_row_of(const commit_batch& batch, const batch_plan& plan, int64_t after) {
  for (const auto i : plan.accepted) {
    const auto& append = batch.appends[i];
    const auto& clinic = append.clinic.value;
    if (!append.events.empty())
      return pg_statement{
                 "SELECT count(*) FROM event_log WHERE position > $1 AND clinic = $2 AND seq = $3 AND hash = $4"}
             << after << clinic << as_stored(append.events[0].seq) << append.events[0].hash;
    if (!append.answers.empty())
      return pg_statement{"SELECT count(*) FROM answer_log WHERE position > $1 AND clinic = $2 AND seq = $3 "
                          "AND principal = $4 AND command = $5"}
             << after << clinic << as_stored(append.answers[0].seq) << append.answers[0].principal.value
             << append.answers[0].command.value;
    if (!append.outbox.empty())
      return pg_statement{"SELECT count(*) FROM outbox_log WHERE position > $1 AND clinic = $2 AND seq = $3 "
                          "AND idempotency_key = $4"}
             << after << clinic << as_stored(append.outbox[0].seq) << append.outbox[0].idempotency_key;
    if (append.snapshot)
      return pg_statement{"SELECT count(*) FROM snapshot_log WHERE position > $1 AND clinic = $2 AND seq = $3"}
             << after << clinic << as_stored(append.snapshot->seq);
  }
  invariant(false, "a doubtful batch has a row");
  return pg_statement{""};
}

} // namespace machiai
