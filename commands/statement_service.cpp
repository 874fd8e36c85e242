#include "commands/statement_service.hpp"

#include "actors/model/usage.hpp"
#include "commands/clinic_log.hpp"
#include "config/error.hpp"
#include "config/fixed_limits.hpp"
#include "store/json_encode.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <utility>

namespace machiai {

struct statement_service::worker {
  explicit worker(const store_settings& given) : options(store_options_of(given, true)) {}

  caf::expected<std::string> statement(const clinic_id& clinic, const std::string& month) {
    if (!is_month(month))
      return make_error(ec::out_of_range, "month: must be a month such as 2026-11");
    if (!store) {
      auto opened = open_store(options);
      if (!opened)
        return opened.error();
      store = std::move(*opened);
    }
    usage_reader reader{month};
    const auto done = read_events(*store, clinic, [&reader](const event& x) {
      reader.read(x);
      return true;
    });
    if (!done) {
      store.reset();
      return done.error();
    }
    return encode_json(reader.statement());
  }

  store_options options;
  std::unique_ptr<event_store> store;
  std::atomic<size_t> waiting{0};
  boost::asio::thread_pool thread{1};
};

statement_service::statement_service(const store_settings& given) : worker_(std::make_unique<worker>(given)) {}

statement_service::~statement_service() {
  worker_->thread.stop();
  worker_->thread.join();
}

void statement_service::read(clinic_id clinic, std::string month, callback done) {
  if (worker_->waiting.fetch_add(1) >= fixed::statements_waiting_max) {
    --worker_->waiting;
    done(make_error(ec::rate_limited, "too many statements are being read"));
    return;
  }
  boost::asio::post(worker_->thread,
                    [this, clinic = std::move(clinic), month = std::move(month), done = std::move(done)] {
                      done(worker_->statement(clinic, month));
                      --worker_->waiting;
                    });
}

} // namespace machiai
