#include "commands/simulate/report.hpp"

#include <algorithm>
#include <iomanip>
#include <iostream>
#include <sstream>

namespace machiai {

namespace {

constexpr uint64_t printed_max = 50;

std::string milliseconds_text(uint32_t us) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(1) << us / 1000.0 << " ms";
  return text.str();
}

std::string quantile(std::vector<uint32_t>& values, double part) {
  if (values.empty())
    return "-";
  const auto at = std::min(values.size() - 1, static_cast<size_t>(static_cast<double>(values.size()) * part));
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
  return milliseconds_text(values[at]);
}

void print_times(std::ostream& out, const char* what, std::vector<uint32_t>& values) {
  out << what << "p50 " << quantile(values, 0.5) << ", p99 " << quantile(values, 0.99) << ", worst "
      << quantile(values, 1.0) << " (" << values.size() << " measured)\n";
}

} // namespace

void report::differ(std::string_view clinic, std::string_view room, uint64_t seq, const std::string& what) {
  if (++differences_ > printed_max)
    return;
  std::cout << "DIFFERENCE clinic " << clinic;
  if (!room.empty())
    std::cout << " room " << room;
  if (seq > 0)
    std::cout << " seq " << seq;
  std::cout << ": " << what << std::endl;
}

uint64_t report::counted(const std::string& what) const {
  const auto found = counts_.find(what);
  return found == counts_.end() ? 0 : found->second;
}

void report::print(std::ostream& out, int64_t took_ms) {
  const auto seconds = std::max(static_cast<double>(took_ms) / 1000.0, 0.001);
  const auto events = counted("events");
  out << std::fixed << std::setprecision(1) << "\ntook " << seconds << " s: " << counted("visits") << " visits, "
      << events << " events (" << static_cast<double>(events) / seconds << "/s), " << counted("commands")
      << " commands\n";
  print_times(out, "command to reply:   ", reply_us_);
  print_times(out, "command to console: ", sight_us_);
  out << "resumes:            " << counted("resume nothing_missed") << " nothing missed, " << counted("resume replayed")
      << " replayed, " << counted("resume reload") << " reload\n"
      << "also:              ";
  auto first = true;
  for (const auto& [what, times] : counts_) {
    if (what == "visits" || what == "events" || what == "commands" || what.starts_with("resume "))
      continue;
    out << (first ? " " : ", ") << what << ' ' << times;
    first = false;
  }
  out << "\ndifferences:        " << differences_ << '\n';
  if (differences_ > printed_max)
    out << "(the first " << printed_max << " were printed)\n";
  out << std::flush;
}

} // namespace machiai
