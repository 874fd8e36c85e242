#include "commands/demo/demo_clinic.hpp"

#include "commands/japanese_names.hpp"
#include "config/error.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace machiai {

namespace {

namespace json = boost::json;

constexpr milliseconds slot{15 * 60'000};
constexpr int visit_count = 12;
constexpr int slots_before_now = 3;
constexpr int64_t patients = 40;

struct demo_doctor {
  const char* id;
  const char* name;
  int registered_year;
};

constexpr std::array<demo_doctor, 2> doctors{{{"dr-mori", "森\u3000恵子", 1998}, {"dr-ishii", "石井\u3000健一", 2011}}};

constexpr std::array menus{"オンライン診療再診", "オンライン診療初診", "オンライン診療再診",
                           "花粉症相談",         "検査結果のご説明",   "お薬の相談"};

/// Requests one after the other; after the first that fails nothing is sent any more.
class putter {
public:
  putter(http_client& http, const std::string& token) : http_(http), token_(token) {}

  void put(const std::string& path, const json::object& body) {
    if (problem_)
      return;
    const auto target = std::string("/v1/clinics/") + demo_clinic_id + path;
    const auto answer = http_.call_now({"PUT", target, json::serialize(body), token_});
    if (!answer.ok())
      problem_ = make_error(ec::system_failure, "PUT " + target + ": " + answer.complaint());
  }

  const std::optional<caf::error>& problem() const { return problem_; }

private:
  http_client& http_;
  const std::string& token_;
  std::optional<caf::error> problem_;
};

std::string patient_id(int64_t number) {
  return "patient-" + std::to_string(number);
}

void put_patients(putter& out, const std::vector<int64_t>& numbers) {
  for (const auto number : numbers) {
    const auto who = made_up_name(static_cast<uint64_t>(number));
    out.put("/patients/" + patient_id(number), {{"name", who.name},
                                                {"kana", who.kana},
                                                {"chart_number", std::to_string(10'000 + number)},
                                                {"card_registered", number % 3 != 0}});
  }
}

} // namespace

std::vector<std::string> demo_doctors() {
  std::vector<std::string> ids;
  for (const auto& x : doctors)
    ids.emplace_back(x.id);
  return ids;
}

caf::expected<std::vector<demo_visit>> put_demo_clinic(http_client& http, const std::string& operator_token,
                                                       timestamp now) {
  putter out{http, operator_token};
  out.put("", {{"name", demo_clinic_name},
               {"phone", "03-0000-0000"},
               {"address", "東京都千代田区見本町1-2-3 まちあいビル2階"},
               {"waiting_warn_min", 10},
               {"waiting_alert_min", 20}});
  for (const auto& x : doctors)
    out.put(std::string("/doctors/") + x.id, {{"name", x.name}, {"registered_year", x.registered_year}});
  const auto first_slot = now.ms / slot.count() - slots_before_now;
  std::vector<int64_t> numbers;
  for (int64_t i = first_slot; i < first_slot + visit_count; ++i)
    numbers.push_back(i % patients);
  put_patients(out, numbers);
  std::vector<demo_visit> result;
  for (int64_t i = first_slot; i < first_slot + visit_count; ++i) {
    const auto number = i % patients;
    const auto at = static_cast<size_t>(i);
    const timestamp starts_at{i * slot.count()};
    demo_visit visit{"v" + std::to_string(i), patient_id(number), made_up_name(static_cast<uint64_t>(number)).name,
                     doctors[at % doctors.size()].id, starts_at};
    out.put("/appointments/" + visit.room, {{"starts_at", to_rfc3339(starts_at)},
                                            {"duration_min", 15},
                                            {"menu", menus[at % menus.size()]},
                                            {"patients", json::array{visit.patient}},
                                            {"doctors", json::array{visit.doctor}}});
    result.push_back(std::move(visit));
  }
  if (out.problem())
    return *out.problem();
  return result;
}

const demo_visit& demo_visit_due(const std::vector<demo_visit>& visits) {
  return visits.at(slots_before_now);
}

} // namespace machiai
