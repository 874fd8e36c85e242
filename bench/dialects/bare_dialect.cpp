#include "bench/dialects/bare_dialect.hpp"

#include <charconv>

namespace machiai::bench {

void bare_dialect::greet(const seat& who, std::string& out) {
  out += who.is_patient() ? "hello " : "in ";
  out += std::to_string(who.clinic);
}

heard bare_dialect::hear(seat&, std::string_view message, std::string&) {
  constexpr std::string_view front = "news ";
  if (message == "welcome")
    return {heard::kind::signed_in};
  heard news{heard::kind::news};
  const auto* end = message.data() + message.size();
  if (!message.starts_with(front) || std::from_chars(message.data() + front.size(), end, news.number).ec != std::errc{})
    return {heard::kind::wrong};
  return news.number == 0 ? heard{heard::kind::loss} : news;
}

void bare_dialect::change(const seat& who, uint64_t number, std::string& out) {
  out.append("say ").append(std::to_string(who.clinic)).append(" ").append(std::to_string(number));
}

} // namespace machiai::bench
