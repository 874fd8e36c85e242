#include "gateway/shard_pulse.hpp"

#include <doctest/doctest.h>

using namespace machiai;

TEST_CASE("shard pulse: the shard that is most behind is the one that counts") {
  shard_pulse pulse(3, 1000);
  CHECK(pulse.longest_silence_ms(1000) == 0);
  pulse.beat(0, 5000);
  pulse.beat(2, 6000);
  CHECK(pulse.longest_silence_ms(6500) == 5500);
  pulse.beat(1, 6400);
  CHECK(pulse.longest_silence_ms(6500) == 1500);
}
