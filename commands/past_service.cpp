#include "commands/past_service.hpp"

#include "commands/clinic_log.hpp"
#include "config/error.hpp"
#include "config/fixed_limits.hpp"
#include "store/json_encode.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

namespace machiai {

namespace {

struct request {
  std::weak_ptr<const void> asker;
  past_service::callback done;
};

/// A question that waits, and for whom. A client that gave up and asks again stands here twice and waits
/// behind nobody.
struct wish {
  past_question asked;
  std::vector<request> requests;
};

void drop_gone(std::deque<wish>& waiting) {
  for (auto& x : waiting)
    std::erase_if(x.requests, [](const request& given) { return given.asker.expired(); });
  std::erase_if(waiting, [](const wish& x) { return x.requests.empty(); });
}

} // namespace

struct past_service::worker {
  explicit worker(const store_settings& given)
      : options(store_options_of(given, true)), thread([this](const std::stop_token& over) { run(over); }) {}

  void run(const std::stop_token& over) {
    while (const auto next = take(over)) {
      const auto text = answer(next->asked);
      for (const auto& given : next->requests)
        given.done(text);
    }
  }

  /// The next one in turn; nothing when the service ends.
  std::optional<wish> take(const std::stop_token& over) {
    std::unique_lock lock{mutex};
    const auto any = changed.wait(lock, over, [this] {
      drop_gone(waiting);
      return !waiting.empty();
    });
    if (!any || over.stop_requested())
      return std::nullopt;
    auto next = std::move(waiting.front());
    waiting.pop_front();
    return next;
  }

  /// False when as many wait as may.
  bool add(const past_question& asked, request& given) {
    const std::scoped_lock lock{mutex};
    drop_gone(waiting);
    auto same = std::ranges::find(waiting, asked, &wish::asked);
    if (same == waiting.end()) {
      if (waiting.size() >= fixed::statements_waiting_max)
        return false;
      same = waiting.insert(same, wish{asked, {}});
    }
    same->requests.push_back(std::move(given));
    changed.notify_one();
    return true;
  }

  caf::expected<std::string> answer(const past_question& asked) {
    const auto* const statement = std::get_if<month_statement>(&asked.what);
    if (statement && !is_month(statement->month))
      return make_error(ec::out_of_range, "month: must be a month such as 2026-11");
    if (!store) {
      auto opened = open_store(options);
      if (!opened)
        return opened.error();
      store = std::move(*opened);
    }
    auto text = statement ? statement_text(asked.clinic, statement->month)
                          : board_text_at(*store, asked.clinic, std::get<past_board>(asked.what).at);
    if (!text)
      store.reset();
    return text;
  }

  caf::expected<std::string> statement_text(const clinic_id& clinic, const std::string& month) {
    const auto read = read_statement(*store, clinic, month);
    if (!read)
      return read.error();
    return encode_json(*read);
  }

  store_options options;
  std::unique_ptr<event_store> store;
  std::mutex mutex;
  std::condition_variable_any changed;
  std::deque<wish> waiting;
  /// Last, so that it ends before what it uses.
  std::jthread thread;
};

past_service::past_service(const store_settings& given) : worker_(std::make_unique<worker>(given)) {}

past_service::~past_service() = default;

void past_service::read(const past_question& asked, std::weak_ptr<const void> asker, callback done) {
  request given{std::move(asker), std::move(done)};
  if (!worker_->add(asked, given))
    given.done(make_error(ec::rate_limited, "too many statements and past boards are being read"));
}

} // namespace machiai
