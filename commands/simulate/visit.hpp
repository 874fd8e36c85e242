#pragma once

#include "commands/simulate/clinic_play.hpp"

#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace machiai {

/// A step of a visit did not go as it must; told already.
struct visit_failed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// One appointment from booking to bill, as its seed has it: who comes when, whose connection drops, who is admitted,
/// sent back or removed. Every step waits for what it caused and judges it.
class visit {
public:
  visit(clinic_play& at, uint64_t number, uint64_t seed);
  ~visit();
  visit(const visit&) = delete;
  visit& operator=(const visit&) = delete;

  /// Plays it. Throws only `called_off`.
  boost::asio::awaitable<void> play_out();

  const std::string& room() const noexcept { return room_; }

private:
  // The acts, in order.
  boost::asio::awaitable<void> book();
  boost::asio::awaitable<void> change_booking();
  boost::asio::awaitable<void> cancel();
  boost::asio::awaitable<void> patient_arrives();
  boost::asio::awaitable<void> spend_time_waiting();
  boost::asio::awaitable<void> guest_arrives();
  boost::asio::awaitable<void> doctor_enters();
  boost::asio::awaitable<void> admit_all();
  boost::asio::awaitable<void> consult();
  boost::asio::awaitable<void> end();
  boost::asio::awaitable<void> reopen();
  boost::asio::awaitable<void> after_the_end();

  // What may happen in between.
  boost::asio::awaitable<void> probe_foreign_room();
  boost::asio::awaitable<void> probe_used_link(boost::json::object redeem);
  boost::asio::awaitable<void> probe_rights(device& who);
  boost::asio::awaitable<void> hide_and_show(device& who);
  boost::asio::awaitable<void> test_devices(device& who);
  boost::asio::awaitable<void> mute_and_speak(device& who);
  boost::asio::awaitable<void> second_device();
  boost::asio::awaitable<void> drop_and_return(device& who);
  boost::asio::awaitable<void> leave_and_return(device& who);
  boost::asio::awaitable<void> lock_out(device& who);
  boost::asio::awaitable<void> send_back_and_admit(device& who);
  boost::asio::awaitable<void> second_doctor();
  boost::asio::awaitable<void> remove_guest();
  boost::asio::awaitable<void> admit(device& who);
  /// Waits until `holds`, a look at the room's model; fails the visit after 15 s. `what` for people.
  template <safe_closure F>
  boost::asio::awaitable<void> wait_for(const char* what, F holds) {
    auto& changed = model_.changed(room_);
    const stage::duration patience{15'000};
    const auto came = co_await changed.until(holds, patience);
    if (!came)
      throw visit_failed(std::string("waited in vain for ") + what);
  }
  boost::asio::awaitable<void> see_eye_to_eye(device& who);
  boost::asio::awaitable<void> go_home();

  /// A command of whoever may give it: a console or the doctor.
  boost::asio::awaitable<asked> command(const char* type, std::string_view person, std::string& by);
  void judge(const asked& result, std::initializer_list<const char*> names, const std::string& subject,
             const std::string& by);
  const expected_person* known(const std::string& person) const;
  bool chance(double part) { return std::uniform_real_distribution<double>{0, 1}(random_) < part; }
  stage::duration between(int64_t least_ms, int64_t most_ms);
  boost::asio::awaitable<void> pause(int64_t least_ms, int64_t most_ms);
  std::unique_ptr<device> make_device(device::kind what, const std::string& person, const std::string& token);

  clinic_play& at_;
  expected_clinic& model_;
  uint64_t number_;
  std::mt19937_64 random_;
  std::string room_;
  cast_member patient_;
  std::unique_ptr<device> page_;
  std::unique_ptr<device> phone_;
  std::unique_ptr<device> guest_page_;
  cast_member guest_;
  doctor_play* doctor_ = nullptr;
  doctor_play* second_doctor_ = nullptr;
  /// The patient never comes back.
  bool lost_ = false;
};

} // namespace machiai
