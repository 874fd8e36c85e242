#pragma once

#include "actors/environment.hpp"
#include "actors/interfaces.hpp"

#include <caf/response_promise.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <vector>

namespace machiai {

/// State of the event log: the store's only writer. What came in while the last commit ran goes out as the next one, at
/// least `store.commit_interval_us` apart and at most `store.batch_rows_max` rows (and one append) long; wake-ups
/// wait for the commit before them. A commit whose outcome the store cannot tell is put to it again until it can. One
/// that fails is told to every clinic in it, and nothing later of theirs is stored: the store refuses what does not
/// continue its numbering. Where the rows themselves are at fault, halves are tried until only their clinics fail.
class event_log_state {
public:
  static constexpr const char* name = "event_log";

  explicit event_log_state(event_log_actor::pointer self) : self_(self) {}

  void init(environment shared, std::shared_ptr<event_store> store);

  void add(append& x);
  caf::result<clinic_woken> wake(const wake_clinic& x);
  caf::result<clinic_list> clinics();
  caf::result<bool> end_cleanly();
  void flush();
  void prove_alive();
  void extend_index();

private:
  void prune();
  /// False when nothing is left to index.
  bool extend_index_once();
  struct writer {
    clinic_actor clinic;
    uint64_t ticket = 0;
  };
  struct waking {
    clinic_id clinic;
    caf::typed_response_promise<clinic_woken> promise;
  };

  /// What goes into one commit, and who gets the word on `what.appends[i]`.
  struct batch {
    commit_batch what;
    std::vector<writer> writers;
    std::map<clinic_id, size_t> places;
    size_t rows = 0;
  };

  void schedule_flush();
  /// False when the store could not say what became of a batch; nothing else may go to it before that is known.
  bool commit_gathered();
  /// The same for the first of `due_`, which goes out of it otherwise.
  bool commit_next();
  /// Puts both halves before the rest of `due_`.
  void split(batch x);
  /// Whether the store took what it was given last, as others see it.
  void note_writing(const caf::error& problem);
  void measure(const batch& done, const caf::error& problem, int64_t length_us);
  void tell_writers(const batch& done, const caf::expected<commit_outcome>& outcome);
  /// Takes out what follows a lost append of the same owner.
  void drop_lost(batch& x);
  void answer_wakes();
  [[nodiscard]] int64_t ran_ms() const;
  [[nodiscard]] alive_mark mark(bool clean) const;

  event_log_actor::pointer self_;
  environment shared_;
  std::shared_ptr<event_store> store_;
  batch gathered_;
  /// What is being committed, in the order the store gets it; more than one only after a `split`. Between two messages
  /// it holds anything only when the outcome of its first is not known.
  std::deque<batch> due_;
  /// Under which epoch an append of the clinic was lost: whatever follows it under the same one is lost as well, also
  /// what has no numbers for the store to refuse it by.
  std::map<clinic_id, uint32_t> lost_;
  std::vector<waking> wakes_;
  /// At least as many rows as were committed and are not in the store's index yet.
  size_t unindexed_rows_ = 0;
  bool flush_scheduled_ = false;
  bool ending_ = false;
  std::chrono::steady_clock::time_point last_commit_;
  caf::actor_clock::time_point started_at_;
};

/// Spawn it `caf::detached`: it blocks on the store.
event_log_actor::behavior_type event_log(event_log_actor::stateful_pointer<event_log_state> self, environment shared,
                                         std::shared_ptr<event_store> store);

} // namespace machiai
