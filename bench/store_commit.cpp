#include "store/event_codec.hpp"
#include "store/event_store.hpp"
#include "store/hash_chain.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

/// How fast one store takes commits: `store_commit URL [SECONDS]` prints, for each number of rows per commit, commits
/// and rows per second and the median and 99th percentile of one commit. Every row comes from another clinic in turn,
/// as in an engine with many clinics, with one answer each; the store at URL should be a throw-away one.
namespace {

using namespace machiai;
using std::chrono::steady_clock;

constexpr size_t clinics_count = 2000;

struct stream {
  clinic_id clinic;
  uint32_t epoch = 0;
  uint64_t seq = 0;
  digest hash{};
};

clinic_append next_append(stream& s) {
  event made;
  made.position = {s.epoch, ++s.seq};
  made.at = {1'775'782'800'000 + static_cast<int64_t>(s.seq)};
  made.room = room_id{"room-2026-04-10-0900"};
  made.by = {role::patient, person_id{"patient-000123"}};
  made.payload.value = participant_arrived{person_id{"patient-000123"}, party::patient, "山田 花子"};
  clinic_append append;
  append.clinic = s.clinic;
  append.epoch = s.epoch;
  append.events.push_back(to_record(s.clinic, made));
  append.events.front().hash = s.hash = chain(s.hash, append.events.front());
  append.answers.push_back({person_id{"patient-000123"}, command_id{"0197b2f0-6d5e-7c3a-9d5e-3f2b1c0a9e8d"}, made.at,
                            s.seq, R"({"type":"ok"})"});
  return append;
}

void fail(const caf::error& problem) {
  std::fprintf(stderr, "%s\n", message_of(problem).c_str());
  std::exit(1);
}

std::vector<stream> taken_over(event_store& store) {
  std::vector<clinic_id> names;
  for (size_t i = 0; i < clinics_count; ++i)
    names.emplace_back("clinic-" + std::to_string(i));
  const auto answers = store.take_over(names, {1, 0});
  if (!answers)
    fail(answers.error());
  std::vector<stream> streams;
  for (size_t i = 0; i < clinics_count; ++i) {
    const auto history = store.load(names[i]);
    if (!history)
      fail(history.error());
    stream s{names[i], (*answers)[i].epoch, 0, {}};
    if (!history->events.empty()) {
      s.seq = history->events.back().seq;
      s.hash = history->events.back().hash;
    }
    streams.push_back(s);
  }
  return streams;
}

void measure(event_store& store, std::vector<stream>& streams, size_t rows, std::chrono::milliseconds length) {
  std::vector<double> commits_us;
  size_t next = 0;
  const auto start = steady_clock::now();
  auto last_index = start;
  while (steady_clock::now() - start < length) {
    commit_batch batch;
    for (size_t i = 0; i < rows; ++i)
      batch.appends.push_back(next_append(streams[next++ % streams.size()]));
    const auto before = steady_clock::now();
    if (const auto outcome = store.commit(batch); !outcome || !outcome->refused.empty())
      fail(outcome ? make_error(ec::internal, "an append was refused") : outcome.error());
    commits_us.push_back(std::chrono::duration<double, std::micro>(steady_clock::now() - before).count());
    if (steady_clock::now() - last_index > std::chrono::seconds{1}) {
      last_index = steady_clock::now();
      if (const auto done = store.index_step(20'000); !done)
        fail(done.error());
    }
  }
  const auto seconds = std::chrono::duration<double>(steady_clock::now() - start).count();
  std::sort(commits_us.begin(), commits_us.end());
  const auto count = static_cast<double>(commits_us.size());
  std::printf("%5zu rows: %8.0f commits/s %9.0f rows/s  p50 %7.0f us  p99 %7.0f us\n", rows, count / seconds,
              count * static_cast<double>(rows) / seconds, commits_us[commits_us.size() / 2],
              commits_us[commits_us.size() * 99 / 100]);
}

} // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: store_commit URL [SECONDS]\n");
    return 2;
  }
  store_options options;
  options.url = argv[1];
  auto store = open_store(options);
  if (!store)
    fail(store.error());
  const std::chrono::milliseconds length{argc > 2 ? std::atoi(argv[2]) * 1000 : 3000};
  auto streams = taken_over(**store);
  for (const size_t rows : {1, 10, 100, 1000})
    measure(**store, streams, rows, length);
}
