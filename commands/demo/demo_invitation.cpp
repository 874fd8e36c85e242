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

std::string new_command_id() {
  static int made = 0;
  return "demo-" + std::to_string(system_wall_clock().now_ms()) + '-' + std::to_string(++made);
}

/// What earlier calls made and nobody used would add up on the board.
void withdraw_earlier(ws_client& client, const json::object& board) {
  const auto* const cards = board.if_contains("cards");
  if (!cards || !cards->is_array())
    return;
  for (const auto& card : cards->get_array())
    for (const auto& invitation : card.at("invitations").as_array()) {
      const auto& x = invitation.as_object();
      if (text_in(x, "display_name") != demo_guest_name || x.at("redeemed").as_bool())
        continue;
      const auto id = new_command_id();
      client.command(id,
                     json::serialize(json::object{
                         {"type", "revoke_invite"}, {"id", id}, {"room", card.at("room")}, {"invite", x.at("invite")}}),
                     [](const json::object&, std::string_view) {});
    }
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
  std::shared_ptr<ws_client> client;
  handlers.frame = [&](const json::object& frame, std::string_view) {
    if (text_in(frame, "type") == "board")
      withdraw_earlier(*client, frame);
  };
  handlers.state = [&](ws_client_state state) {
    if (state == ws_client_state::ended)
      loop.stop();
  };
  handlers.closed = [&](uint16_t, const std::string& reason) { result = failure(reason); };
  client = std::make_shared<ws_client>(loop, &tls, std::move(options), std::move(handlers));
  const auto id = new_command_id();
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
