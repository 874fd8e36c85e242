#include "store/hash_chain.hpp"
#include "tests/support/sample_stream.hpp"

#include <doctest/doctest.h>

using namespace machiai;

namespace {

event_record sample_record() {
  return {.clinic = clinic_id{"c-1"},
          .seq = 2,
          .epoch = 3,
          .at = {1'775'782'800'000},
          .kind = "room.locked",
          .room = room_id{"r-1"},
          .subject = {},
          .author = "staff:s-1",
          .body = "{}"};
}

} // namespace

TEST_CASE("hash chain: the layout is the documented one") {
  // Computed from the comment of `chain` alone, with Python: sha256(bytes(32) + b"".join(struct.pack(">I", len(b)) + b
  // ...)).
  CHECK(to_hex(chain(genesis_digest, sample_record())) ==
        "09552e4805389c3bdeb356bc2eeea2d4cf64254ba0ba8d45b39783f9c14904b4");
  CHECK(to_hex(genesis_digest) == std::string(64, '0'));
}

TEST_CASE("hash chain: every field and the digest before it count") {
  const auto base = chain(genesis_digest, sample_record());
  const auto changed = [&](auto change) {
    auto record = sample_record();
    change(record);
    return chain(genesis_digest, record) != base;
  };
  CHECK(changed([](auto& r) { r.clinic.value = "c-2"; }));
  CHECK(changed([](auto& r) { r.seq = 3; }));
  CHECK(changed([](auto& r) { r.epoch = 4; }));
  CHECK(changed([](auto& r) { r.at.ms += 1; }));
  CHECK(changed([](auto& r) { r.kind = "room.unlocked"; }));
  CHECK(changed([](auto& r) { r.room.value = "r-2"; }));
  CHECK(changed([](auto& r) { r.subject.value = "p"; }));
  CHECK(changed([](auto& r) { r.author = "staff:s-2"; }));
  CHECK(changed([](auto& r) { r.body = "{ }"; }));
  CHECK(changed([](auto& r) { std::swap(r.room.value, r.subject.value); }));
  CHECK(chain(base, sample_record()) != base);
}
