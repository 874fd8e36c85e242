#pragma once

#include "tests/support/actor_fixture.hpp"

namespace machiai::test {

/// A clinic of two rooms; patient `p1` waits in `r1`, whose doctor `d1` is in the room.
struct waiting_patient : actor_fixture {
  waiting_patient();

  session& at(const session_id& id) { return *shard().find(id); }
  /// Kinds of what was stored since the test's own part began.
  [[nodiscard]] std::string since() const { return stored_kinds(begun + 1); }

  session_id page;
  session_id doctor_page;
  uint64_t begun = 0;
};

/// The same ten minutes after the patient was let in.
struct in_consultation : waiting_patient {
  in_consultation();
};

} // namespace machiai::test
