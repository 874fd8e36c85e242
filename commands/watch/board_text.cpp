#include "commands/watch/board_text.hpp"

#include "commands/client/json_members.hpp"
#include "commands/clinic_log.hpp"
#include "commands/text_table.hpp"
#include "store/enum_words.hpp"

#include <algorithm>
#include <optional>
#include <sstream>
#include <utility>

namespace machiai {

namespace {

namespace json = boost::json;

constexpr size_t ended_shown = 8;

bool is_present(const participant_card& x) {
  return x.whereabouts == whereabouts::waiting || x.whereabouts == whereabouts::in_room;
}

/// `10:00`, or `11-30 10:00` when that is not today in Japan.
std::string hour_text(timestamp at, timestamp now) {
  constexpr size_t date_length = 10;
  const auto text = japan_time_text(at);
  const auto is_today = text.substr(0, date_length) == japan_time_text(now).substr(0, date_length);
  return text.substr(is_today ? date_length + 1 : 5);
}

std::string names_of(const auto& persons) {
  std::string text;
  for (const auto& x : persons)
    text += (text.empty() ? "" : "、") + x.name;
  return text;
}

std::string duration_shown(int64_t length_ms) {
  const auto seconds = std::max<int64_t>(length_ms, 0) / 1000;
  const auto rest = std::to_string(seconds % 60);
  return std::to_string(seconds / 60) + ':' + (rest.size() < 2 ? "0" : "") + rest;
}

/// 45分, 2時間5分, 3日.
std::string rough_duration(int64_t length_ms) {
  const auto minutes = std::max<int64_t>(length_ms, 0) / 60'000;
  if (minutes < 60)
    return std::to_string(minutes) + "分";
  if (minutes >= 2 * 24 * 60)
    return std::to_string(minutes / (24 * 60)) + "日";
  const auto rest = minutes % 60;
  return std::to_string(minutes / 60) + "時間" + (rest > 0 ? std::to_string(rest) + "分" : "");
}

std::string_view party_text(party x) {
  switch (x) {
  case party::doctor:
    return "医師";
  case party::patient:
    return "患者";
  case party::family:
    return "家族";
  case party::nurse:
    return "看護師";
  case party::specialist:
    return "専門医";
  case party::interpreter:
    return "通訳";
  }
  return "";
}

std::string person_text(const participant_card& x) {
  std::string text{party_text(x.party)};
  text += ' ' + x.display_name + (x.whereabouts == whereabouts::waiting ? " 待合" : " 入室");
  if (x.unstable)
    text += " [不安定]";
  if (!x.attentive)
    text += " [画面非表示]";
  return text;
}

std::string people_text(const room_card& card) {
  std::string text;
  for (const auto& x : card.participants)
    if (is_present(x))
      text += (text.empty() ? "" : ", ") + person_text(x);
  return text;
}

std::string late_text(const room_card& card, timestamp now) {
  const auto late_ms = (now - card.starts_at).count();
  return late_ms >= 0 ? rough_duration(late_ms) + "遅れ" : "あと" + rough_duration(-late_ms);
}

std::string waited_text(const room_card& card, timestamp now) {
  std::optional<timestamp> since;
  for (const auto& x : card.participants)
    if (x.party == party::patient && x.whereabouts == whereabouts::waiting && x.first_arrived_at)
      since = std::min(since.value_or(*x.first_arrived_at), *x.first_arrived_at);
  return since ? rough_duration((now - *since).count()) : "";
}

/// The meter as it stands by `now`; a card holds it as of the card's own time.
meter_card running_meter(const shown_card& shown, timestamp now) {
  auto meter = shown.card.meter;
  if (!meter.running)
    return meter;
  meter.doctor_in_room_ms += std::max<int64_t>((now - shown.at).count(), 0);
  const auto unit_ms = meter.price.value_or(tariff{}).unit_ms;
  const auto units = (meter.doctor_in_room_ms + unit_ms - 1) / unit_ms;
  if (meter.units > 0)
    meter.total_yen_ex_tax = meter.total_yen_ex_tax / meter.units * units;
  meter.units = units;
  return meter;
}

std::string remarks(const room_card& card) {
  std::string text = card.locked ? "施錠" : "";
  if (card.is_test)
    text += text.empty() ? "テスト" : " テスト";
  return text;
}

struct group {
  std::string title;
  text_table table;
  size_t rows = 0;

  void add(std::vector<std::string> cells) {
    table.add_row(std::move(cells));
    ++rows;
  }
};

void append(std::vector<std::string>& out, const group& x) {
  out.push_back("【" + x.title + "】" + std::to_string(x.rows) + "件");
  if (x.rows > 0) {
    std::ostringstream text;
    x.table.print(text, 2);
    std::istringstream lines{text.str()};
    for (std::string line; std::getline(lines, line);)
      out.push_back(std::move(line));
  }
  out.emplace_back();
}

using cards = std::vector<const shown_card*>;

void append_absent(std::vector<std::string>& out, const cards& all, timestamp now) {
  group x{"未入室", text_table({"予約", ">遅れ", "患者", "医師", "メニュー", "部屋"})};
  for (const auto* shown : all)
    if (const auto* card = &shown->card; card->phase == room_phase::scheduled)
      x.add({hour_text(card->starts_at, now), late_text(*card, now), names_of(card->patients), names_of(card->doctors),
             card->menu, card->room.value});
  append(out, x);
}

void append_waiting(std::vector<std::string>& out, cards all, timestamp now) {
  std::stable_sort(all.begin(), all.end(), [](const shown_card* a, const shown_card* b) {
    return a->card.place_in_line.value_or(UINT32_MAX) < b->card.place_in_line.value_or(UINT32_MAX);
  });
  group x{"待機中", text_table({">順番", "予約", ">待ち", "患者", "医師", "メニュー", "部屋", "いる人", ""})};
  for (const auto* shown : all)
    if (const auto* card = &shown->card; card->phase == room_phase::waiting)
      x.add({card->place_in_line ? std::to_string(*card->place_in_line) : "-", hour_text(card->starts_at, now),
             waited_text(*card, now), names_of(card->patients), names_of(card->doctors), card->menu, card->room.value,
             people_text(*card), remarks(*card)});
  append(out, x);
}

void append_running(std::vector<std::string>& out, const cards& all, timestamp now) {
  group x{"診察中",
          text_table({"予約", ">時間", ">単位", ">料金(税別)", "患者", "医師", "メニュー", "部屋", "いる人", ""})};
  for (const auto* shown : all) {
    const auto* card = &shown->card;
    if (card->phase != room_phase::in_consultation)
      continue;
    const auto meter = running_meter(*shown, now);
    x.add({hour_text(card->starts_at, now), duration_shown(meter.doctor_in_room_ms) + (meter.running ? "" : " 休止"),
           std::to_string(meter.units), std::to_string(meter.total_yen_ex_tax) + "円", names_of(card->patients),
           names_of(card->doctors), card->menu, card->room.value, people_text(*card), remarks(*card)});
  }
  append(out, x);
}

void append_ended(std::vector<std::string>& out, cards all, timestamp now) {
  std::erase_if(all, [](const shown_card* x) {
    return x->card.phase != room_phase::ended && x->card.phase != room_phase::cancelled;
  });
  std::stable_sort(all.begin(), all.end(), [](const shown_card* a, const shown_card* b) {
    return a->card.ended_at.value_or(a->card.starts_at) > b->card.ended_at.value_or(b->card.starts_at);
  });
  const auto hidden = all.size() - std::min(all.size(), ended_shown);
  all.resize(all.size() - hidden);
  group x{"終了", text_table({"予約", "終了", ">時間", ">単位", ">料金(税別)", "患者", "医師", "部屋"})};
  for (const auto* shown : all) {
    const auto* card = &shown->card;
    x.add({hour_text(card->starts_at, now),
           card->phase == room_phase::cancelled ? "取消"
           : card->ended_at                     ? hour_text(*card->ended_at, now)
                                                : "",
           duration_shown(card->meter.doctor_in_room_ms), std::to_string(card->meter.units),
           std::to_string(card->meter.total_yen_ex_tax) + "円", names_of(card->patients), names_of(card->doctors),
           card->room.value});
  }
  x.rows += hidden;
  append(out, x);
  if (hidden > 0)
    out.back() = "  ほか" + std::to_string(hidden) + "件";
}

} // namespace

std::vector<std::string> board_text(const live_board& board, timestamp now) {
  cards all;
  for (const auto& [room, card] : board.cards())
    all.push_back(&card);
  std::stable_sort(all.begin(), all.end(),
                   [](const shown_card* a, const shown_card* b) { return a->card.starts_at < b->card.starts_at; });
  std::vector<std::string> out;
  append_waiting(out, all, now);
  append_running(out, all, now);
  append_absent(out, all, now);
  append_ended(out, all, now);
  return out;
}

std::string change_text(const live_board& board, const json::object& frame) {
  if (text_in(frame, "type") != "event")
    return {};
  auto text =
      japan_time_text_ms(board.at()) + " #" + std::to_string(board.seq()) + ' ' + std::string(text_in(frame, "name"));
  const auto subject = text_in(frame, "subject");
  if (!subject.empty())
    text += ' ' + std::string(subject);
  const auto key = text_in(frame, "key");
  if (!key.starts_with("room:"))
    return text;
  const auto found = board.cards().find(room_id{std::string(key.substr(5))});
  text += " @" + std::string(key.substr(5));
  if (found == board.cards().end())
    return text + " (off the board)";
  const auto& card = found->second.card;
  text += ' ' + std::string(word_of(card.phase)) + ' ' + names_of(card.patients);
  if (card.place_in_line)
    text += " 順番" + std::to_string(*card.place_in_line);
  if (const auto people = people_text(card); !people.empty())
    text += " | " + people;
  if (card.meter.units > 0)
    text += " | " + duration_shown(card.meter.doctor_in_room_ms) + ' ' + std::to_string(card.meter.units) + "単位 " +
            std::to_string(card.meter.total_yen_ex_tax) + "円";
  return text;
}

std::string cut_to_width(std::string_view line, size_t columns) {
  if (display_width(line) <= columns)
    return std::string(line);
  size_t end = 0;
  for (size_t next = 0; next < line.size();) {
    do
      ++next;
    while (next < line.size() && (static_cast<unsigned char>(line[next]) & 0xC0) == 0x80);
    if (display_width(line.substr(0, next)) > columns)
      break;
    end = next;
  }
  return std::string(line.substr(0, end));
}

} // namespace machiai
