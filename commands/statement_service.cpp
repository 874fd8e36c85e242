#include "commands/statement_service.hpp"

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
  statement_service::callback done;
};

/// A statement that waits to be read, and who for. A client that gave up and asks again stands here twice and waits
/// behind nobody.
struct wish {
  clinic_id clinic;
  std::string month;
  std::vector<request> requests;
};

void drop_gone(std::deque<wish>& waiting) {
  for (auto& x : waiting)
    std::erase_if(x.requests, [](const request& given) { return given.asker.expired(); });
  std::erase_if(waiting, [](const wish& x) { return x.requests.empty(); });
}

} // namespace

struct statement_service::worker {
  explicit worker(const store_settings& given)
      : options(store_options_of(given, true)), thread([this](const std::stop_token& over) { run(over); }) {}

  void run(const std::stop_token& over) {
    while (const auto next = take(over)) {
      const auto text = statement(next->clinic, next->month);
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
  bool add(const clinic_id& clinic, const std::string& month, request& given) {
    const std::scoped_lock lock{mutex};
    drop_gone(waiting);
    auto same = std::ranges::find_if(waiting, [&](const wish& x) { return x.clinic == clinic && x.month == month; });
    if (same == waiting.end()) {
      if (waiting.size() >= fixed::statements_waiting_max)
        return false;
      same = waiting.insert(same, wish{clinic, month, {}});
    }
    same->requests.push_back(std::move(given));
    changed.notify_one();
    return true;
  }

  caf::expected<std::string> statement(const clinic_id& clinic, const std::string& month) {
    if (!is_month(month))
      return make_error(ec::out_of_range, "month: must be a month such as 2026-11");
    if (!store) {
      auto opened = open_store(options);
      if (!opened)
        return opened.error();
      store = std::move(*opened);
    }
    const auto read = read_statement(*store, clinic, month);
    if (!read) {
      store.reset();
      return read.error();
    }
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

statement_service::statement_service(const store_settings& given) : worker_(std::make_unique<worker>(given)) {}

statement_service::~statement_service() = default;

void statement_service::read(const clinic_id& clinic, const std::string& month, std::weak_ptr<const void> asker,
                             callback done) {
  request given{std::move(asker), std::move(done)};
  if (!worker_->add(clinic, month, given))
    given.done(make_error(ec::rate_limited, "too many statements are being read"));
}

} // namespace machiai
