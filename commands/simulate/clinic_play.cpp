#include "commands/simulate/clinic_play.hpp"

#include "commands/client/json_members.hpp"
#include "commands/japanese_names.hpp"
#include "config/error.hpp"
#include "gateway/base64url.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace machiai {

namespace {

namespace json = boost::json;
namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr milliseconds token_lifetime{2 * 3'600'000LL};
constexpr size_t secret_bytes = 32;
/// A new key reaches the shards one after the other, after the answer to whoever registered it: a second at most.
constexpr int key_tries_max = 50;

} // namespace

clinic_play::clinic_play(play& given, http_client& http, clinic_play_options options)
    : play_(given), http_(http), options_(std::move(options)), random_(options_.seed),
      model_(given.on, given.findings, options_.clinic, options_.name), key_id_(options_.prefix + "key"),
      second_sees_(model_, "the second console"), doctor_freed_(given.on) {
  std::string secret;
  for (size_t i = 0; i < secret_bytes; ++i)
    secret += static_cast<char>(random_() & 0xFFU);
  auto key = token_key::secret(machiai::key_id{key_id_}, secret);
  invariant(static_cast<bool>(key), "32 bytes make a key");
  mint_.emplace(std::move(*key), token_lifetime);
  system_token_ = base64url_encode(secret);
  model_.on_doubt = [this](const std::string& room, const told_event& event, int64_t last_proof_ms) {
    judge_doubt(room, event, last_proof_ms);
  };
}

clinic_play::~clinic_play() = default;

std::string clinic_play::token(machiai::role role, const std::string& person, const std::string& room) const {
  token_wish wish{role, clinic_id{options_.clinic}, person_id{person}, {}, {}};
  if (!room.empty())
    wish.room = room_id{room};
  return mint_->make(wish);
}

asio::awaitable<http_answer> clinic_play::call(const http_call& what) {
  struct waiting {
    explicit waiting(stage& on) : changed(on) {}
    std::optional<http_answer> answer;
    wakeup changed;
  };
  const auto state = std::make_shared<waiting>(play_.on);
  http_.call(what, [state](const http_answer& answer) {
    state->answer = answer;
    state->changed.notify();
  });
  auto& answer = state->answer;
  const auto answered = [&answer] { return answer.has_value(); };
  co_await state->changed.until(answered, 30s);
  if (!state->answer)
    co_return http_answer{0, {}, "no answer in 30 s"};
  co_return *state->answer;
}

asio::awaitable<http_answer> clinic_play::http(const char* method, const std::string& path, const json::object& body) {
  http_call what{method, "/v1/clinics/" + options_.clinic + path, {}, system_token_};
  if (!body.empty())
    what.body = json::serialize(body);
  play_.findings.count("http calls");
  co_return co_await call(what);
}

asio::awaitable<http_answer> clinic_play::post(const char* target, const json::object& body) {
  const http_call what{"POST", target, json::serialize(body), {}};
  play_.findings.count("http calls");
  co_return co_await call(what);
}

/// To a caller without the right another's clinic looks like none.
std::string clinic_play::refusal_text(const http_answer& answer) const {
  if (answer.status == 404 && !options_.is_own)
    return "--into: there is no such clinic, or --admin-token is not an operator's";
  return "--admin-token: simulate needs an operator's token; the engine answers " + answer.complaint();
}

asio::awaitable<bool> clinic_play::put(const std::string& path, const json::object& body, const std::string& token) {
  const http_call what{"PUT", "/v1/clinics/" + options_.clinic + path, json::serialize(body), token};
  const auto answer = co_await call(what);
  if (answer.status == 0)
    play_.unreachable = answer.problem;
  else if (token == options_.operator_token && (answer.status == 401 || answer.status == 403 || answer.status == 404))
    play_.refused = refusal_text(answer);
  else if (!answer.ok())
    model_.differ("", 0, "PUT " + path + ": " + answer.complaint());
  co_return answer.ok();
}

asio::awaitable<bool> clinic_play::set_up() {
  const auto secret = std::exchange(system_token_, {});
  const json::object clinic{{"name", options_.name}};
  const std::string itself;
  if (options_.is_own) {
    const auto made = co_await put(itself, clinic, options_.operator_token);
    if (!made)
      co_return false;
  }
  const json::object key{{"algorithm", "HS256"}, {"material", secret}};
  const auto key_path = "/keys/" + key_id_;
  const auto registered = co_await put(key_path, key, options_.operator_token);
  if (!registered)
    co_return false;
  system_token_ = token(role::system, "reservations", "");
  co_await key_is_known();
  const auto recorded = co_await record_doctors();
  if (!recorded)
    co_return false;
  co_return co_await open_consoles();
}

asio::awaitable<void> clinic_play::key_is_known() {
  const json::object nothing;
  const std::string path = "/board";
  for (auto tries = 0; tries < key_tries_max; ++tries) {
    const auto answer = co_await http("GET", path, nothing);
    if (answer.status != 401)
      co_return;
    play_.findings.count("tokens refused by a shard that had not heard of the key");
    co_await play_.on.sleep(20ms);
  }
}

asio::awaitable<bool> clinic_play::record_doctors() {
  for (size_t i = 0; i < options_.doctors; ++i) {
    auto doctor = std::make_unique<doctor_play>();
    doctor->who = {options_.prefix + "dr" + std::to_string(i), "doctor", made_up_name(options_.seed + 7 * i).name};
    const json::object body{{"name", doctor->who.name}};
    const auto path = "/doctors/" + doctor->who.person;
    doctors_.push_back(std::move(doctor));
    const auto done = co_await put(path, body, system_token_);
    if (!done)
      co_return false;
  }
  co_return true;
}

asio::awaitable<bool> clinic_play::open_consoles() {
  const auto console = [this](const char* name) {
    const auto person = options_.prefix + name;
    return std::make_unique<actor_client>(play_, options_.clinic,
                                          client_identity{person, token(role::staff, person, ""), ""}, random_());
  };
  first_ = console("console1");
  second_ = console("console2");
  first_->on_frame = [this](const json::object& frame, std::string_view text) { model_.take(frame, text); };
  second_->on_frame = [this](const json::object& frame, std::string_view text) { second_sees_.take(frame, text); };
  first_->start();
  const auto first_live = co_await first_->live();
  second_->start();
  const auto second_live = co_await second_->live();
  if (!first_live || !second_live) {
    model_.differ("", 0, "the consoles cannot be opened");
    co_return false;
  }
  for (auto& doctor : doctors_) {
    client_identity who{doctor->who.person, token(role::doctor, doctor->who.person, ""), ""};
    doctor->app =
        std::make_unique<device>(play_, model_, device::kind::doctor, std::move(who), std::string{}, random_());
    enlist(*doctor->app);
    doctor->app->client().start();
  }
  dropping_ = true;
  asio::co_spawn(play_.on.loop(), drop_second_console(), [this](const std::exception_ptr&) {
    dropping_ = false;
    doctor_freed_.notify();
  });
  co_return true;
}

asio::awaitable<void> clinic_play::drop_second_console() {
  while (!over_) {
    co_await play_.on.sleep(stage::duration{1500 + static_cast<int64_t>(random_() % 3000)});
    if (!over_)
      second_->cut(stage::duration{static_cast<int64_t>(random_() % 1200)});
  }
}

actor_client& clinic_play::console() {
  return random_() % 3 == 0 ? *second_ : *first_;
}

asio::awaitable<doctor_play*> clinic_play::take_doctor(const std::string& person) {
  const auto found =
      std::find_if(doctors_.begin(), doctors_.end(), [&person](const auto& x) { return x->who.person == person; });
  auto* doctor = found->get();
  const auto is_free = [doctor] { return !doctor->busy; };
  const auto freed = co_await doctor_freed_.until(is_free, 60s);
  if (!freed)
    co_return nullptr;
  doctor->busy = true;
  co_return doctor;
}

void clinic_play::free_doctor(doctor_play& doctor) {
  doctor.busy = false;
  doctor_freed_.notify();
}

void clinic_play::strike(const device& x) {
  for (auto it = devices_.begin(); it != devices_.end();)
    it = it->second == &x ? devices_.erase(it) : std::next(it);
}

asio::awaitable<void> clinic_play::tear_down() {
  over_ = true;
  const auto quiet = [this] { return !dropping_; };
  co_await doctor_freed_.until(quiet, 10s);
  if (second_)
    co_await second_->live();
  co_await judge_end();
  for (auto& doctor : doctors_)
    if (doctor->app)
      co_await doctor->app->client().settle();
  if (first_) {
    co_await first_->settle();
    co_await second_->settle();
  }
  co_await judge_revocation();
  if (first_) {
    first_->stop();
    second_->stop();
  }
  for (auto& doctor : doctors_)
    if (doctor->app)
      doctor->app->client().stop();
}

} // namespace machiai
