#pragma once

#include "bench/dialects/dialect.hpp"
#include "bench/kit/event_loop.hpp"
#include "bench/kit/histogram.hpp"
#include "bench/kit/websocket_link.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace machiai::bench {

/// What a workload does with what its sessions hear.
class crowd_listener {
public:
  /// The clinic's changes `first` to `last` were shown at this seat by one message. Every change comes once, in order.
  virtual void on_news(const seat& who, uint64_t first, uint64_t last) = 0;
  /// The loss of the clinic's patient was shown at this seat.
  virtual void on_loss_shown(const seat&) {}
  virtual void on_signed_in(const seat&) {}
  virtual void on_message(const seat&, std::string_view) {}

protected:
  ~crowd_listener() = default;
};

/// Many sessions of one dialect on one loop: connects them, signs them in, counts what they hear.
class crowd {
public:
  /// All must outlive the crowd.
  crowd(event_loop& loop, dialect& speaks, crowd_listener& listener, const sockaddr_in& server);
  ~crowd();
  crowd(const crowd&) = delete;
  crowd& operator=(const crowd&) = delete;

  /// Connects one patient and so many consoles for every clinic, at most `at_once` under way at a time, and returns
  /// when all are signed in. Throws `std::runtime_error` when one is lost, refused, or 60 s bring no further one.
  void gather(uint32_t clinics, uint32_t consoles_each, size_t at_once);

  /// From now on a lost connection is no fault: whoever lost it comes back, again at most `at_once` under way, whenever
  /// `come_back` is called.
  void expect_losses() { losses_expected_ = true; }
  void come_back(size_t at_once);

  /// Sends a change from the clinic's patient.
  void change(uint32_t clinic, uint64_t number);

  /// Cuts the patient's connection without a word.
  void cut(uint32_t clinic);
  /// Connects a patient that was cut.
  void bring_back(uint32_t clinic);

  /// Messages with news, their bytes, all messages, and what must not come: refusals, wrong frames, lost connections.
  uint64_t news() const noexcept { return news_; }
  uint64_t news_bytes() const noexcept { return news_bytes_; }
  uint64_t messages() const noexcept { return messages_; }
  uint64_t faults() const noexcept { return faults_; }
  size_t sessions() const noexcept { return sessions_.size(); }
  /// From the beginning of a connection to its sign-in.
  const histogram& sign_in() const noexcept { return sign_in_; }

private:
  class session;

  void connect_more(size_t at_once);
  void note_fault(const std::string& what);

  event_loop& loop_;
  dialect& dialect_;
  crowd_listener& listener_;
  sockaddr_in server_;
  std::vector<std::unique_ptr<session>> sessions_;
  uint32_t seats_per_clinic_ = 0;
  bool losses_expected_ = false;
  std::deque<session*> away_;
  size_t begun_ = 0;
  size_t signed_in_ = 0;
  uint64_t news_ = 0;
  uint64_t news_bytes_ = 0;
  uint64_t messages_ = 0;
  uint64_t faults_ = 0;
  histogram sign_in_;
  std::string text_;
};

} // namespace machiai::bench
