#pragma once

#include "commands/client/http_client.hpp"
#include "commands/simulate/actor_client.hpp"
#include "commands/simulate/clock_skew.hpp"
#include "commands/simulate/device.hpp"
#include "commands/simulate/expected_clinic.hpp"
#include "commands/simulate/mirror.hpp"
#include "commands/token_mint.hpp"

#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace machiai {

/// A doctor of the simulation, with the app that is always open.
struct doctor_play {
  cast_member who;
  std::unique_ptr<device> app;
  bool busy = false;
};

struct clinic_play_options {
  /// The clinic's id; made when `is_own`, else one that exists already and is played in.
  std::string clinic;
  std::string name;
  bool is_own = true;
  std::string operator_token;
  /// Begins every id the simulation makes here.
  std::string prefix;
  size_t doctors = 2;
  uint64_t seed = 0;
};

/// One clinic on the stage: its key, its two consoles, its doctors, and the model that judges what they see.
class clinic_play {
public:
  clinic_play(play& given, http_client& http, clinic_play_options options);
  ~clinic_play();

  /// Makes the clinic and opens its consoles. False, with differences told, when that does not work.
  boost::asio::awaitable<bool> set_up();

  /// Judges what is left to be judged when all visits are over, and revokes the key.
  boost::asio::awaitable<void> tear_down();

  /// A call of the API with a token of role `system`, made by the clinic's own key.
  boost::asio::awaitable<http_answer> http(const char* method, const std::string& path,
                                           const boost::json::object& body);
  /// A call without a token and with the whole target.
  boost::asio::awaitable<http_answer> post(const char* target, const boost::json::object& body);

  /// Judges that a command was accepted and that what it did stands at the answer's position: one of `names`, about
  /// `subject` (empty for any) by `by`, at a time that lies between asking and answer.
  void judge(const asked& result, const std::string& room, std::initializer_list<const char*> names,
             const std::string& subject, const std::string& by);
  /// Judges that a command was refused with this word.
  void judge_refusal(const asked& result, const std::string& room, const char* code, const std::string& what);

  /// A token made by the clinic's own key.
  std::string token(machiai::role role, const std::string& person, const std::string& room) const;

  /// One of the consoles, drawn.
  actor_client& console();
  /// A doctor that no visit holds; waits for one. Null after a minute.
  boost::asio::awaitable<doctor_play*> take_doctor(const std::string& person);
  void free_doctor(doctor_play& doctor);

  /// Devices that the engine may rely on; a doubt about their person while they are connected is a difference.
  void enlist(device& x) { devices_.emplace(x.person(), &x); }
  void strike(const device& x);

  expected_clinic& model() noexcept { return model_; }
  play& shared() noexcept { return play_; }
  const std::vector<std::unique_ptr<doctor_play>>& doctors() const noexcept { return doctors_; }
  const clinic_play_options& options() const noexcept { return options_; }
  uint64_t next_seed() { return random_(); }

private:
  boost::asio::awaitable<http_answer> call(const http_call& what);
  std::string refusal_text(const http_answer& answer) const;
  boost::asio::awaitable<bool> put(const std::string& path, const boost::json::object& body, const std::string& token);
  boost::asio::awaitable<void> key_is_known();
  boost::asio::awaitable<bool> record_doctors();
  boost::asio::awaitable<bool> open_consoles();
  boost::asio::awaitable<void> drop_second_console();
  boost::asio::awaitable<void> judge_end();
  boost::asio::awaitable<void> judge_revocation();
  void judge_doubt(const std::string& room, const told_event& event, int64_t last_proof_ms);
  void judge_proof(const device& x, const std::string& room, const told_event& event, int64_t last_proof_ms);

  play& play_;
  http_client& http_;
  clinic_play_options options_;
  std::mt19937_64 random_;
  expected_clinic model_;
  std::optional<token_mint> mint_;
  std::string key_id_;
  std::string system_token_;
  std::unique_ptr<actor_client> first_;
  std::unique_ptr<actor_client> second_;
  mirror second_sees_;
  std::vector<std::unique_ptr<doctor_play>> doctors_;
  wakeup doctor_freed_;
  std::multimap<std::string, device*> devices_;
  bool over_ = false;
  bool dropping_ = false;
};

} // namespace machiai
