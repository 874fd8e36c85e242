#include "commands/demo/demo_invitation.hpp"

#include "commands/client/json_members.hpp"
#include "commands/client/ws_client.hpp"
#include "config/error.hpp"
#include "config/wall_clock.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/json/serialize.hpp>

#include <chrono>
#include <memory>
#include <utility>

namespace machiai {

namespace {

namespace json = boost::json;

constexpr std::chrono::seconds patience{10};

caf::error failure(const std::string& what) {
  return make_error(ec::system_failure, "inviting a guest: " + what);
}

caf::expected<std::string> path_in(const json::object& reply) {
  if (auto path = text_in(reply, "path"); !path.empty())
    return std::string(path);
  const auto* const error = reply.if_contains("error");
  return failure(error && error->is_object() ? std::string(text_in(error->get_object(), "message"))
                                             : "the answer has no path");
}

} // namespace

caf::expected<std::string> invite_demo_guest(boost::asio::io_context& loop, boost::asio::ssl::context& tls,
                                             const server_address& server, const std::string& staff_token,
                                             const std::string& room) {
  caf::expected<std::string> result = failure("no answer in time");
  ws_client_options options;
  options.server = server;
  options.token = staff_token;
  ws_client_handlers handlers;
  handlers.frame = [](const json::object&, std::string_view) {};
  handlers.state = [&](ws_client_state state) {
    if (state == ws_client_state::ended)
      loop.stop();
  };
  handlers.closed = [&](uint16_t, const std::string& reason) { result = failure(reason); };
  const auto client = std::make_shared<ws_client>(loop, &tls, std::move(options), std::move(handlers));
  const auto id = "demo-" + std::to_string(system_wall_clock().now_ms());
  const json::object invite{
      {"type", "invite"}, {"id", id}, {"room", room}, {"party", "interpreter"}, {"display_name", demo_guest_name}};
  client->command(id, json::serialize(invite), [&](const json::object& reply, std::string_view) {
    result = path_in(reply);
    loop.stop();
  });
  client->start();
  loop.restart();
  loop.run_for(patience);
  client->stop();
  // What the client closes, it closes by the loop.
  loop.restart();
  loop.poll();
  return result;
}

} // namespace machiai
