#include "commands/simulate/expected_clinic.hpp"

#include "commands/client/json_members.hpp"
#include "store/timestamp.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <set>
#include <tuple>

namespace machiai {

namespace {

namespace json = boost::json;

constexpr std::string_view room_prefix = "room:";

int64_t at_ms_of(const json::object& frame) {
  return parse_rfc3339(text_in(frame, "at")).value_or(timestamp{}).ms;
}

bool share_a_doctor(const expected_room& a, const expected_room& b) {
  const auto& mine = a.appointment().doctors;
  const auto& theirs = b.appointment().doctors;
  if (mine.empty() || theirs.empty())
    return true;
  return std::any_of(mine.begin(), mine.end(), [&](const cast_member& x) {
    return std::any_of(theirs.begin(), theirs.end(), [&](const cast_member& y) { return x.person == y.person; });
  });
}

} // namespace

expected_clinic::expected_clinic(stage& on, report& findings, std::string clinic, std::string name)
    : stage_(on), findings_(findings), clinic_(std::move(clinic)), name_(std::move(name)) {}

expected_room& expected_clinic::book(const std::string& id, expected_appointment appointment) {
  auto seen = std::make_unique<seen_room>(stage_);
  seen->model = std::make_unique<expected_room>(id, std::move(appointment));
  return *rooms_.emplace(id, std::move(seen)).first->second->model;
}

const expected_clinic::change* expected_clinic::at(uint64_t seq) const {
  if (seq < first_seq_ || seq >= first_seq_ + changes_.size())
    return nullptr;
  return &changes_[seq - first_seq_];
}

void expected_clinic::when(uint64_t seq, std::function<void()> what) {
  if (seq <= seq_)
    what();
  else
    waiting_.emplace(seq, std::move(what));
}

void expected_clinic::take(const json::object& frame, std::string_view text) {
  const auto type = text_in(frame, "type");
  const auto seq = static_cast<uint64_t>(number_in(frame, "seq"));
  if (type == "board") {
    if (first_seq_ > 0)
      differ("", seq, "the first console had to reload; changes since " + std::to_string(seq_) + " went unseen");
    if (const auto* clinic = object_in(frame, "clinic"); clinic && name_.empty())
      name_ = text_in(*clinic, "name");
    seq_ = seq;
    first_seq_ = seq + 1;
    changes_.clear();
  } else if (type == "event") {
    take_event(frame, text);
  }
}

void expected_clinic::take_event(const json::object& frame, std::string_view text) {
  const auto seq = static_cast<uint64_t>(number_in(frame, "seq"));
  const auto expected = seq_ + 1;
  if (seq != expected)
    differ("", seq, "the first console expected position " + std::to_string(expected));
  if (!more_) {
    begin_position(frame, seq);
    if (!changes_.back().room.empty())
      fold(object_in(frame, "card"));
  }
  changes_.back().texts.push_back(std::hash<std::string_view>{}(text));
  const auto key = text_in(frame, "key");
  if (key.starts_with(room_prefix))
    if (const auto* card = object_in(frame, "card"))
      take_card(std::string(key.substr(room_prefix.size())), *card);
  more_ = flag_in(frame, "more");
  if (!more_)
    end_position();
}

void expected_clinic::begin_position(const json::object& frame, uint64_t seq) {
  // After a gap, whose difference has been told, go on from what there is.
  while (first_seq_ + changes_.size() < seq)
    changes_.emplace_back();
  change x;
  x.event.name = text_in(frame, "name");
  x.event.subject = text_in(frame, "subject");
  if (const auto* by = object_in(frame, "by")) {
    x.event.by_role = text_in(*by, "role");
    x.event.by = text_in(*by, "id");
  }
  x.event.seq = seq;
  x.event.at_ms = at_ms_of(frame);
  x.arrived_us = stage_.now_us();
  const auto key = text_in(frame, "key");
  if (x.event.name.starts_with("room.") && key.starts_with(room_prefix))
    x.room = key.substr(room_prefix.size());
  if (!changes_.empty() && changes_.back().event.at_ms > x.event.at_ms)
    differ(x.room, seq, "time went backwards");
  changes_.push_back(std::move(x));
  findings_.count("events");
}

void expected_clinic::fold(const json::object* card) {
  const auto& x = changes_.back();
  const auto found = rooms_.find(x.room);
  if (found == rooms_.end())
    return;
  for (const auto& complaint : found->second->model->fold(x.event, card))
    differ(x.room, x.event.seq, x.event.name + ": " + complaint);
  if (x.event.name == "room.participant_unstable" && on_doubt)
    if (const auto* who = found->second->model->person(x.event.subject); who && who->unstable_since_ms)
      on_doubt(x.room, x.event, *who->unstable_since_ms);
  line_up();
}

void expected_clinic::take_card(const std::string& room, const json::object& card) {
  const auto found = rooms_.find(room);
  if (found == rooms_.end())
    return;
  auto& seen = *found->second;
  const auto& x = changes_.back();
  for (const auto& complaint : seen.model->compare(card, x.event.at_ms))
    differ(room, x.event.seq, "card after " + x.event.name + ": " + complaint);
  seen.told_place = number_in(card, "place_in_line");
  seen.last_card = json::serialize(card);
  touched_.push_back(room);
}

void expected_clinic::line_up() {
  std::vector<std::tuple<int64_t, std::string, seen_room*>> line;
  for (auto& [id, seen] : rooms_) {
    seen->place = 0;
    if (const auto since = seen->model->waiting_since_ms())
      line.emplace_back(*since, id, seen.get());
  }
  std::sort(line.begin(), line.end());
  for (size_t i = 0; i < line.size(); ++i) {
    auto& mine = *std::get<2>(line[i]);
    mine.place = 1;
    for (size_t k = 0; k < i; ++k)
      mine.place += share_a_doctor(*mine.model, *std::get<2>(line[k])->model) ? 1 : 0;
  }
}

void expected_clinic::end_position() {
  const auto& x = changes_.back();
  seq_ = x.event.seq;
  for (const auto& [id, seen] : rooms_)
    if (seen->place != seen->told_place)
      differ(id, seq_,
             "after " + x.event.name + " the place in line is told as " + std::to_string(seen->told_place) +
                 ", expected " + std::to_string(seen->place));
  for (const auto& id : touched_) {
    auto& seen = *rooms_.at(id);
    seen.views.push_back({seq_, view(id, false), view(id, true)});
    seen.changed.notify();
  }
  touched_.clear();
  while (!waiting_.empty() && waiting_.begin()->first <= seq_) {
    const auto what = std::move(waiting_.begin()->second);
    waiting_.erase(waiting_.begin());
    what();
  }
}

void expected_clinic::compare_board(const json::object& board) {
  const auto seq = static_cast<uint64_t>(number_in(board, "seq"));
  if (seq != seq_)
    return differ("", seq, "a board of another position than " + std::to_string(seq_));
  const auto* cards = array_in(board, "cards");
  std::set<std::string> shown;
  if (cards) {
    for (const auto& x : *cards) {
      const auto& card = x.as_object();
      const std::string id{text_in(card, "room")};
      shown.insert(id);
      const auto found = rooms_.find(id);
      if (found == rooms_.end() || found->second->last_card.empty())
        continue;
      for (const auto& complaint : found->second->model->compare(card, at_ms_of(board)))
        differ(id, seq, "board: " + complaint);
      if (number_in(card, "place_in_line") != found->second->place)
        differ(id, seq, "board: another place in line");
    }
  }
  for (const auto& [id, seen] : rooms_)
    if (!shown.contains(id) && !seen->last_card.empty())
      differ(id, seq, "the board lacks the room");
}

} // namespace machiai
