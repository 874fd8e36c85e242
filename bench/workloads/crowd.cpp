#include "bench/workloads/crowd.hpp"

#include "bench/kit/clock.hpp"

#include <cstdio>
#include <stdexcept>

namespace machiai::bench {

namespace {

constexpr int64_t turn_ns = 100'000'000;
constexpr int64_t patience_ns = 60'000'000'000;
constexpr uint64_t faults_shown = 5;
constexpr size_t shown_bytes = 240;

} // namespace

/// One seat and its connection.
class crowd::session final : public link_owner {
public:
  session(crowd& among, const seat& where) : crowd_(among), seat_(where), link_(among.loop_, *this) {}

  void connect() {
    begun_ns_ = now_ns();
    link_.connect(crowd_.server_, crowd_.dialect_.path(), crowd_.dialect_.subprotocol());
  }

  void cut() { link_.close(); }

  void change(uint64_t number) {
    auto& text = crowd_.text_;
    text.clear();
    crowd_.dialect_.change(seat_, number, text);
    link_.send(text, crowd_.dialect_.is_binary());
  }

private:
  void on_open() override {
    auto& text = crowd_.text_;
    text.clear();
    crowd_.dialect_.greet(seat_, text);
    link_.send(text, crowd_.dialect_.is_binary());
  }

  void on_message(std::string_view message) override {
    ++crowd_.messages_;
    auto& answer = crowd_.text_;
    answer.clear();
    const auto meaning = crowd_.dialect_.hear(seat_, message, answer);
    if (!answer.empty())
      link_.send(answer, crowd_.dialect_.is_binary());
    crowd_.listener_.on_message(seat_, message);
    switch (meaning.what) {
    case heard::kind::signed_in:
      ++crowd_.signed_in_;
      signed_in_ = true;
      crowd_.sign_in_.record(now_ns() - begun_ns_);
      crowd_.listener_.on_signed_in(seat_);
      break;
    case heard::kind::news:
      crowd_.news_bytes_ += message.size();
      take_news(meaning.number);
      break;
    case heard::kind::loss:
      crowd_.listener_.on_loss_shown(seat_);
      break;
    case heard::kind::wrong:
      crowd_.note_fault("refused or wrong: " + std::string(message.substr(0, shown_bytes)));
      break;
    case heard::kind::accepted:
    case heard::kind::other:
      break;
    }
  }

  void take_news(uint64_t number) {
    ++crowd_.news_;
    if (number <= seen_)
      return;
    const auto first = seen_ + 1;
    seen_ = number;
    crowd_.listener_.on_news(seat_, first, number);
  }

  void on_lost(const std::string& why) override {
    if (!crowd_.losses_expected_)
      return crowd_.note_fault(why);
    crowd_.signed_in_ -= signed_in_ ? 1 : 0;
    crowd_.begun_ -= 1;
    signed_in_ = false;
    crowd_.away_.push_back(this);
  }

  crowd& crowd_;
  seat seat_;
  websocket_link link_;
  int64_t begun_ns_ = 0;
  bool signed_in_ = false;
  uint64_t seen_ = 0;
};

crowd::crowd(event_loop& loop, dialect& speaks, crowd_listener& listener, const sockaddr_in& server)
    : loop_(loop), dialect_(speaks), listener_(listener), server_(server) {}

crowd::~crowd() = default;

void crowd::gather(uint32_t clinics, uint32_t consoles_each, size_t at_once) {
  seats_per_clinic_ = consoles_each + 1;
  for (uint32_t clinic = 0; clinic < clinics; ++clinic)
    for (uint32_t place = 0; place < seats_per_clinic_; ++place)
      sessions_.push_back(std::make_unique<session>(*this, seat{clinic, place, 0}));
  auto known = signed_in_;
  auto known_at_ns = now_ns();
  while (signed_in_ < sessions_.size()) {
    connect_more(at_once);
    loop_.turn(turn_ns);
    if (signed_in_ != known) {
      known = signed_in_;
      known_at_ns = loop_.time_ns();
    }
    if (faults_ > 0 || loop_.time_ns() - known_at_ns > patience_ns)
      throw std::runtime_error("only " + std::to_string(signed_in_) + " sessions could sign in");
  }
}

void crowd::connect_more(size_t at_once) {
  while (begun_ < sessions_.size() && begun_ - signed_in_ < at_once)
    sessions_[begun_++]->connect();
}

void crowd::come_back(size_t at_once) {
  // A refused connection puts its session back here at once.
  for (auto left = away_.size(); left > 0 && begun_ - signed_in_ < at_once; --left) {
    auto* next = away_.front();
    away_.pop_front();
    ++begun_;
    next->connect();
  }
}

void crowd::change(uint32_t clinic, uint64_t number) {
  sessions_[size_t{clinic} * seats_per_clinic_]->change(number);
}

void crowd::cut(uint32_t clinic) {
  sessions_[size_t{clinic} * seats_per_clinic_]->cut();
}

void crowd::bring_back(uint32_t clinic) {
  sessions_[size_t{clinic} * seats_per_clinic_]->connect();
}

void crowd::note_fault(const std::string& what) {
  if (faults_++ < faults_shown)
    std::fprintf(stderr, "machiai-bench: %s\n", what.c_str());
}

} // namespace machiai::bench
