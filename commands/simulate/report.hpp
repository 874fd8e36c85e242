#pragma once

#include <cstdint>
#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace machiai {

/// What a simulation counted and what it found wrong.
class report {
public:
  /// Something that differs from what it should be; `seq` 0 when it has none. The first ones are printed at once.
  void differ(std::string_view clinic, std::string_view room, uint64_t seq, const std::string& what);

  void count(const std::string& what, uint64_t times = 1) { counts_[what] += times; }
  void note_reply(int64_t took_us) { reply_us_.push_back(static_cast<uint32_t>(took_us)); }
  void note_sight(int64_t took_us) { sight_us_.push_back(static_cast<uint32_t>(took_us)); }
  /// How late the simulation's own loop was; above a second its judgement of silence is worth little.
  void note_lag(int64_t lag_ms) { lag_ms_ = lag_ms > lag_ms_ ? lag_ms : lag_ms_; }

  uint64_t differences() const noexcept { return differences_; }
  uint64_t counted(const std::string& what) const;
  int64_t worst_lag_ms() const noexcept { return lag_ms_; }

  /// The summary for people; `took_ms` is how long the days lasted.
  void print(std::ostream& out, int64_t took_ms);

private:
  std::map<std::string, uint64_t> counts_;
  std::vector<uint32_t> reply_us_;
  std::vector<uint32_t> sight_us_;
  uint64_t differences_ = 0;
  int64_t lag_ms_ = 0;
};

} // namespace machiai
