#include "actors/model/usage.hpp"
#include "tests/support/model_clinic.hpp"
#include "tests/support/room_asks.hpp"

#include <doctest/doctest.h>

using namespace machiai;
using namespace machiai::test;

namespace {

/// Doctor `d1` and patient `p1` are in the room, with sound and picture.
struct with_video : model_clinic {
  with_video() {
    book(room_1);
    bring_in(room_1, "p1");
    enter(room_1, "d1");
    send_media(room_1, "p1", true, true);
    send_media(room_1, "d1", true, true);
    begun = now;
  }

  timestamp after(milliseconds length) { return now = begun + length; }

  std::vector<audio_only_stretch> stretches() {
    ask({end_consultation{room_1}});
    usage_reader reader{"2026-04"};
    for (const auto& x : log)
      reader.read(x);
    const auto lines = reader.statement().lines;
    REQUIRE(lines.size() == 1);
    return lines[0].audio_only;
  }

  audio_only_stretch stretch(const std::string& person, milliseconds from, milliseconds until) const {
    return {person_id{person}, begun + from, begun + until};
  }

  timestamp begun;
};

using stretch_list = std::vector<audio_only_stretch>;

} // namespace

TEST_CASE_FIXTURE(with_video, "audio only: a consultation by video and audio has no such stretch") {
  after(5 * minute);
  send_media(room_1, "p1", true, false);
  after(10 * minute);
  CHECK(stretches().empty());
}

TEST_CASE_FIXTURE(with_video, "audio only: from the camera's end to its return, and to the consultation's end") {
  after(2 * minute);
  send_media(room_1, "p1", false, true);
  after(3 * minute);
  send_media(room_1, "p1", false, false);
  after(5 * minute);
  send_media(room_1, "p1", true, true);
  after(6 * minute);
  send_media(room_1, "d1", false, true);
  after(9 * minute);
  CHECK(stretches() == stretch_list{stretch("p1", 2 * minute, 5 * minute), stretch("d1", 6 * minute, 9 * minute)});
}

TEST_CASE_FIXTURE(with_video, "audio only: not while the other one is away, and of a lost one to the last proof") {
  after(1 * minute);
  leave(room_1, "d1");
  send_media(room_1, "p1", false, true);
  after(4 * minute);
  enter(room_1, "d1");
  after(6 * minute);
  const auto proof = begun + 5 * minute;
  lose(room_1, "p1", proof);
  CHECK(stretches() == stretch_list{stretch("p1", 4 * minute, 5 * minute)});
}

TEST_CASE_FIXTURE(with_video, "audio only: a guest's camera is the guest's own matter") {
  invite(room_1, "g1", party::interpreter);
  ask({admit{room_1, person_id{"g1"}}});
  send_media(room_1, "g1", false, true);
  after(5 * minute);
  CHECK(stretches().empty());
}

TEST_CASE_FIXTURE(with_video, "audio only: a correction tells of the whole consultation") {
  after(1 * minute);
  send_media(room_1, "p1", false, true);
  after(2 * minute);
  ask({end_consultation{room_1}});
  ask({reopen_consultation{room_1}});
  after(40 * minute);
  enter(room_1, "d1");
  bring_in(room_1, "p1");
  send_media(room_1, "p1", true, true);
  after(80 * minute);
  ask({end_consultation{room_1}});
  usage_reader reader{"2026-04"};
  for (const auto& x : log)
    reader.read(x);
  const auto lines = reader.statement().lines;
  REQUIRE(lines.size() == 2);
  CHECK(lines[1].audio_only == stretch_list{stretch("p1", 1 * minute, 2 * minute)});
}
