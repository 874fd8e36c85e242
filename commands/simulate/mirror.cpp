#include "commands/simulate/mirror.hpp"

#include "commands/client/json_members.hpp"

#include <utility>

namespace machiai {

namespace json = boost::json;

void mirror::take(const json::object& frame, std::string_view text) {
  const auto type = text_in(frame, "type");
  if (type == "welcome") {
    take_welcome(frame);
  } else if (type == "board") {
    seq_ = static_cast<uint64_t>(number_in(frame, "seq"));
    texts_.clear();
  } else if (type == "event") {
    take_event(frame, text);
  } else if (type == "visit") {
    clinic_.differ("", 0, who_ + " is staff and got a patient's view");
  }
}

void mirror::take_welcome(const json::object& frame) {
  // What was cut off in the middle of a position comes again from its beginning.
  texts_.clear();
  const auto seq = static_cast<uint64_t>(number_in(frame, "seq"));
  if (text_in(frame, "outcome") == "nothing_missed" && seq != seq_)
    clinic_.differ("", seq, who_ + " is told that nothing was missed since " + std::to_string(seq_));
}

void mirror::take_event(const json::object& frame, std::string_view text) {
  const auto seq = static_cast<uint64_t>(number_in(frame, "seq"));
  if (seq != seq_ + 1)
    clinic_.differ("", seq, who_ + " expected position " + std::to_string(seq_ + 1));
  texts_.push_back(std::hash<std::string_view>{}(text));
  if (flag_in(frame, "more"))
    return;
  seq_ = seq;
  clinic_.when(seq, [&clinic = clinic_, who = who_, seq, texts = std::exchange(texts_, {})] {
    const auto* first = clinic.at(seq);
    if (first && first->texts != texts)
      clinic.differ(first->room, seq, who + " was told something else than the first console");
  });
}

} // namespace machiai
