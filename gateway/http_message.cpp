#include "gateway/http_message.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <ctime>

namespace machiai {

namespace {

bool is_one_line(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == text.npos;
}

std::string_view status_words(uint16_t status) {
  const auto words = boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(status));
  return {words.data(), words.size()};
}

/// RFC 9110 5.6.7, the current second.
std::string http_date() {
  const auto now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 40> text{};
  const auto size = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text.data(), size};
}

bool has_no_body(uint16_t status) {
  return status == 204 || status == 304;
}

} // namespace

std::string_view http_request::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (boost::beast::iequals({key.data(), key.size()}, {name.data(), name.size()}))
      return value;
  return {};
}

std::string http_request::joined_header(std::string_view name) const {
  std::string result;
  for (const auto& [key, value] : headers)
    if (boost::beast::iequals({key.data(), key.size()}, {name.data(), name.size()}))
      result.append(result.empty() ? "" : ",").append(value);
  return result;
}

std::size_t http_request::count(std::string_view name) const {
  return static_cast<std::size_t>(std::ranges::count_if(headers, [&](const auto& header) {
    return boost::beast::iequals({header.first.data(), header.first.size()}, {name.data(), name.size()});
  }));
}

std::string_view http_request::path() const {
  const std::string_view all = target;
  return all.substr(0, all.find('?'));
}

http_response problem_response(uint16_t status, ec code, std::string_view detail) {
  boost::json::object body;
  body["type"] = "about:blank";
  const auto words = status_words(status);
  body["title"] = boost::json::string_view(words.data(), words.size());
  body["status"] = status;
  body["detail"] = boost::json::string_view(detail.data(), detail.size());
  body["code"] = to_string(code);
  body["retryable"] = retryable(code);
  http_response response;
  response.status = status;
  response.content_type = "application/problem+json";
  response.headers.emplace_back("Cache-Control", "no-store");
  response.body = boost::json::serialize(body);
  return response;
}

std::string serialize(const http_response& response, bool keep_alive, bool head) {
  std::string out = "HTTP/1.1 " + std::to_string(response.status) + ' ';
  out.append(status_words(response.status)).append("\r\nDate: ").append(http_date()).append("\r\n");
  const auto add = [&out](std::string_view name, std::string_view value) {
    if (is_one_line(name) && is_one_line(value))
      out.append(name).append(": ").append(value).append("\r\n");
  };
  for (const auto& [name, value] : response.headers)
    add(name, value);
  if (!has_no_body(response.status)) {
    if (!response.content_type.empty())
      add("Content-Type", response.content_type);
    add("Content-Length", std::to_string(response.shared_body ? response.shared_body->size() : response.body.size()));
  }
  add("Connection", keep_alive ? "keep-alive" : "close");
  out += "\r\n";
  if (!head && !has_no_body(response.status) && !response.shared_body)
    out += response.body;
  return out;
}

bool sends_shared_body(const http_response& response, bool head) {
  return response.shared_body && !response.shared_body->empty() && !head && !has_no_body(response.status);
}

} // namespace machiai
