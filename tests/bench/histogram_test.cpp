#include "bench/kit/histogram.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

using machiai::bench::histogram;

TEST_CASE("histogram: quantiles are at most one percent above the true ones") {
  const uint64_t seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937_64 random{seed};
  std::lognormal_distribution<double> latencies{13, 3};
  std::vector<int64_t> all;
  histogram measured;
  for (int i = 0; i < 20'000; ++i) {
    all.push_back(static_cast<int64_t>(std::min(latencies(random), 4e12)));
    measured.record(all.back());
  }
  std::sort(all.begin(), all.end());
  for (const auto share : {0.001, 0.5, 0.9, 0.99, 0.999, 1.0}) {
    const auto at = static_cast<size_t>(std::ceil(share * static_cast<double>(all.size()))) - 1;
    const auto exact = all[at];
    CAPTURE(share);
    CHECK(measured.quantile_ns(share) >= exact);
    CHECK(measured.quantile_ns(share) <= exact + exact / 100 + 1);
  }
  CHECK(measured.max_ns() == all.back());
}

TEST_CASE("histogram: small values are exact, negative ones zero, none has no quantile") {
  histogram measured;
  CHECK(measured.quantile_ns(0.99) == 0);
  measured.record(-5);
  measured.record(127, 2);
  measured.record(128);
  CHECK(measured.count() == 4);
  CHECK(measured.quantile_ns(0.25) == 0);
  CHECK(measured.quantile_ns(0.5) == 127);
  CHECK(measured.quantile_ns(0.75) == 127);
  CHECK(measured.quantile_ns(1) == 128);
}
