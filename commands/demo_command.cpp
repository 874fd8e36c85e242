#include "commands/client/client_tls.hpp"
#include "commands/client/http_client.hpp"
#include "commands/command.hpp"
#include "commands/demo/demo_clinic.hpp"
#include "commands/demo/demo_invitation.hpp"
#include "commands/page_link.hpp"
#include "commands/token_mint.hpp"
#include "config/error.hpp"
#include "config/wall_clock.hpp"

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>

namespace machiai {

namespace {

constexpr milliseconds token_lifetime{24 * 3'600'000LL};

struct demo_options {
  std::string config;
  std::string store;
  std::string url = "http://127.0.0.1:8080";
  std::string admin;
};

/// What a browser opens, one page a line.
void print_links(const token_mint& mint, const demo_visit& visit, const server_address& server,
                 const caf::expected<std::string>& guest_path, bool has_pages) {
  const clinic_id clinic{demo_clinic_id};
  const auto line = [](const char* who, const std::string& what) {
    std::cout << "  " << who << std::string(11 - std::string_view(who).size(), ' ') << what << '\n';
  };
  const auto link = [&](role who, const std::string& person, std::optional<room_id> room = {}) {
    return page_link(server, who, clinic, mint.make({who, clinic, person_id{person}, std::move(room), {}})).value();
  };
  std::cout << "\nOpen these in a browser; the visit is " << visit.name << "'s, at " << japan_time_text(visit.starts_at)
            << ":\n\n";
  line("reception", link(role::staff, "reception"));
  line("doctor", link(role::doctor, visit.doctor));
  line("patient", link(role::patient, visit.patient, room_id{visit.room}));
  line("guest", guest_path ? http_url_of(server) + *guest_path : "no link: " + message_of(guest_path.error()));
  if (!has_pages)
    std::cout << "\nThis engine serves no pages: its setting pages.folder is empty.\n";
}

void print_tokens(const token_mint& mint, const std::vector<demo_visit>& visits, const std::string& url) {
  const clinic_id clinic{demo_clinic_id};
  const auto staff = mint.make({role::staff, clinic, person_id{"reception"}, {}, {}});
  const auto admin = mint.make({role::operator_, {}, person_id{"operator"}, {}, {}});
  std::cout << "\n"
            << demo_clinic_name << " (clinic " << demo_clinic_id << "): " << demo_doctors().size() << " doctors, "
            << visits.size() << " appointments. Tokens are good for 24 hours.\n"
            << "\nSee the board, live:\n\n  build/release/machiai watch --url " << url << " --token " << staff
            << "\n\nIn another terminal, let patients, doctors and guests come and go on it:\n\n"
            << "  build/release/machiai simulate --into " << demo_clinic_id << " --url " << url << " --admin-token "
            << admin << "\n\nTokens for tries of your own:\n\n";
  for (const auto& doctor : demo_doctors())
    std::cout << "  doctor   " << doctor << "\n  " << mint.make({role::doctor, clinic, person_id{doctor}, {}, {}})
              << "\n\n";
  for (size_t i = 3; i < 5 && i < visits.size(); ++i) {
    const auto& visit = visits[i];
    std::cout << "  patient  " << visit.patient << ' ' << visit.name << ", " << japan_time_text(visit.starts_at)
              << ", room " << visit.room << "\n  "
              << mint.make({role::patient, clinic, person_id{visit.patient}, room_id{visit.room}, {}}) << "\n\n";
  }
}

int fill(const demo_options& given) {
  const auto server = parse_server_address(given.url);
  if (!server)
    return fail(exit_code::usage, "--url: " + given.url + ": " + message_of(server.error()));
  const auto mint = token_mint::of_operator(given.config, given.store, token_lifetime);
  if (!mint)
    return fail(exit_code::settings, mint.error());
  boost::asio::io_context loop;
  auto tls = make_client_tls();
  http_client http{loop, &tls, *server};
  const auto token = mint->make({role::operator_, {}, person_id{"demo"}, {}, {}});
  const auto visits = put_demo_clinic(http, token, timestamp{system_wall_clock().now_ms()});
  if (!visits)
    return fail(exit_code::network, visits.error());
  const auto& now_due = demo_visit_due(*visits);
  const auto staff = mint->make({role::staff, clinic_id{demo_clinic_id}, person_id{"reception"}, {}, {}});
  const auto guest_path = invite_demo_guest(loop, tls, *server, staff, now_due.room);
  loop.restart();
  const auto has_pages = http.call_now({"GET", "/console", {}, {}}).ok();
  print_tokens(*mint, *visits, http_url_of(*server));
  print_links(*mint, now_due, *server, guest_path, has_pages);
  std::cout << std::flush;
  return static_cast<int>(exit_code::ok);
}

const registered_command registration{
    {70, "demo", "Fills a running engine with the demo clinic and prints links, tokens and commands to try it with",
     [](CLI::App& app) -> command_action {
       auto options = std::make_shared<demo_options>();
       app.add_option("--config", options->config, "Settings file of the engine");
       app.add_option("--store", options->store, "Store URL, when it was given to serve instead of the settings");
       app.add_option("--url", options->url, "The engine: http://HOST:PORT or https://…")->capture_default_str();
       app.add_option("--admin", options->admin, "The engine's admin address; not needed");
       return [options] { return fill(*options); };
     }}};

} // namespace

} // namespace machiai
