#include "commands/synthetic_visits.hpp"

#include "commands/client/http_client.hpp"
#include "commands/client/json_members.hpp"
#include "commands/client/ws_client.hpp"
#include "config/log.hpp"
#include "config/reserved_clinic.hpp"
#include "config/wall_clock.hpp"
#include "metrics/engine_metrics.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json/serialize.hpp>

#include <deque>
#include <exception>
#include <optional>
#include <thread>
#include <utility>

namespace machiai {

namespace {

namespace json = boost::json;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

const clinic_id clinic{std::string{synthetic_clinic}};
constexpr const char* patient = "synthetic-patient";
constexpr milliseconds token_lifetime{60'000};

/// The way to one's own listener: whoever listens everywhere listens on loopback.
server_address own_address(const std::string& address, bool tls) {
  auto server = parse_server_address((tls ? "https://" : "http://") + address).value();
  if (server.host == "0.0.0.0")
    server.host = "127.0.0.1";
  else if (server.host == "::")
    server.host = "::1";
  return server;
}

/// One day's room: a room leaves the board a day after its appointment and cannot be booked again.
std::string room_of_today() {
  return "visit-" + std::to_string(system_wall_clock().now_ms() / 86'400'000);
}

} // namespace

struct synthetic_visits::worker {
  worker(const synthetic_settings& given, server_address to, token_mint mint, engine_metrics& counted)
      : settings(given), server(std::move(to)), tokens(std::move(mint)), metrics(counted), tls(make_tls(server)),
        timer(loop), http(loop, tls ? &*tls : nullptr, server, 1, milliseconds{given.timeout_ms}) {
    boost::asio::post(loop, [this] { begin(); });
    thread = std::jthread{[this] { run(); }};
  }

  ~worker() {
    boost::asio::post(loop, [this] {
      end_connections();
      loop.stop();
    });
    thread.join();
  }

  /// Whatever a library throws ends the visits, which the metrics tell, and never the engine.
  void run() {
    try {
      loop.run();
    } catch (const std::exception& why) {
      log_error("synthetic.ended", {{"error", log_text(why.what())}});
    }
  }

  /// Whose certificate it is does not matter on the way to oneself.
  static std::optional<boost::asio::ssl::context> make_tls(const server_address& to) {
    if (!to.tls)
      return std::nullopt;
    std::optional<boost::asio::ssl::context> made{boost::asio::ssl::context::tls_client};
    made->set_verify_mode(boost::asio::ssl::verify_none);
    return made;
  }

  void begin() {
    ++number;
    timer.expires_after(milliseconds{settings.timeout_ms});
    timer.async_wait([this, visit = number](const boost::system::error_code& over) {
      if (!over && visit == number)
        finish(false);
    });
    seen = entered = false;
    step = "book";
    room = room_of_today();
    if (room == booked)
      return connect();
    const auto base = "/v1/clinics/" + clinic.value;
    const timestamp now{system_wall_clock().now_ms()};
    due = {{base, {{"name", "Synthetic"}}},
           {base + "/patients/" + patient, {{"name", "Synthetic"}}},
           {base + "/appointments/" + room,
            {{"starts_at", to_rfc3339(now)}, {"patients", json::array{patient}}, {"is_test", true}}}};
    book();
  }

  void book() {
    if (due.empty()) {
      booked = room;
      return connect();
    }
    const auto [path, body] = due.front();
    due.pop_front();
    http.call({"PUT", path, json::serialize(body), token(role::operator_, synthetic_operator)},
              [this, visit = number](const http_answer& answer) {
                if (visit != number)
                  return;
                if (answer.ok())
                  book();
                else
                  finish(false);
              });
  }

  std::string token(role who, std::string_view person) const {
    token_wish wish;
    wish.role = who;
    wish.person = person_id{std::string{person}};
    if (who != role::operator_)
      wish.clinic = clinic;
    return tokens.make(wish);
  }

  void connect() {
    step = "connect";
    console =
        make_client(token(role::staff, "synthetic-console"), {}, [this](const json::object& frame) { watch(frame); });
    visitor = make_client(token(role::patient, patient), room, [](const json::object&) {});
    console->start();
    visitor->start();
  }

  std::shared_ptr<ws_client> make_client(std::string with, std::string into,
                                         std::function<void(const json::object&)> on_frame) {
    ws_client_options options;
    options.server = server;
    options.token = std::move(with);
    options.room = std::move(into);
    ws_client_handlers handlers;
    handlers.frame = [on_frame = std::move(on_frame)](const json::object& frame, std::string_view) { on_frame(frame); };
    handlers.state = [this](ws_client_state) {
      if (!entered && console && visitor && console->state() == ws_client_state::live &&
          visitor->state() == ws_client_state::live)
        enter();
    };
    return std::make_shared<ws_client>(loop, tls ? &*tls : nullptr, std::move(options), std::move(handlers));
  }

  void command(const char* what, std::function<void()> on_ok) {
    const auto id = "synthetic-" + std::to_string(system_wall_clock().now_ms()) + '-' + what;
    auto text = json::serialize(json::object{{"type", what}, {"id", id}, {"room", room}});
    visitor->command(id, std::move(text),
                     [this, on_ok = std::move(on_ok)](const json::object& reply, std::string_view) {
                       // Afterwards: this runs inside the client that the end lets go of.
                       boost::asio::post(loop, [this, on_ok, ok = flag_in(reply, "ok"), visit = number] {
                         if (visit != number)
                           return;
                         if (ok)
                           on_ok();
                         else
                           finish(false);
                       });
                     });
  }

  void enter() {
    entered = true;
    step = "enter";
    begun = steady_clock::now();
    command("enter_waiting_room", [this] {
      step = "see";
      is_in = true;
      leave_when_seen();
    });
  }

  /// The console's frames: the first one about the room after the command is what staff would see.
  void watch(const json::object& frame) {
    if (!entered || seen || text_in(frame, "type") != "event" || text_in(frame, "key") != "room:" + room)
      return;
    seen = true;
    metrics.synthetic_visit_seconds.observe(std::chrono::duration<double>(steady_clock::now() - begun).count());
    boost::asio::post(loop, [this, visit = number] {
      if (visit == number)
        leave_when_seen();
    });
  }

  void leave_when_seen() {
    if (!seen || !is_in)
      return;
    step = "leave";
    is_in = false;
    command("leave_room", [this] { finish(true); });
  }

  void end_connections() {
    for (auto* client : {&console, &visitor})
      if (const auto ending = std::exchange(*client, nullptr))
        ending->stop();
  }

  void finish(bool ok) {
    ++number;
    metrics.synthetic_visits(ok ? synthetic_label::ok : synthetic_label::failed).add();
    if (!ok)
      log_warn("synthetic.failed", {{"step", log_text(step)}});
    is_in = false;
    due.clear();
    end_connections();
    timer.expires_after(milliseconds{settings.interval_ms});
    timer.async_wait([this](const boost::system::error_code& over) {
      if (!over)
        begin();
    });
  }

  synthetic_settings settings;
  server_address server;
  token_mint tokens;
  engine_metrics& metrics;
  boost::asio::io_context loop;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{loop.get_executor()};
  std::optional<boost::asio::ssl::context> tls;
  /// The visit's deadline, or the next one's begin.
  boost::asio::steady_timer timer;
  http_client http;
  std::shared_ptr<ws_client> console;
  std::shared_ptr<ws_client> visitor;
  /// What must be put before the visit.
  std::deque<std::pair<std::string, json::object>> due;
  std::string room;
  std::string booked;
  /// Tells this visit's answers from a former one's.
  uint64_t number = 0;
  std::string_view step;
  steady_clock::time_point begun;
  bool entered = false;
  bool is_in = false;
  bool seen = false;
  std::jthread thread;
};

synthetic_visits::synthetic_visits(const settings& given, const std::string& address, const operator_key& key,
                                   engine_metrics& metrics)
    : worker_(std::make_unique<worker>(given.synthetic, own_address(address, !given.listen.tls_certificate.empty()),
                                       token_mint{key.signing, token_lifetime}, metrics)) {}

synthetic_visits::~synthetic_visits() = default;

} // namespace machiai
