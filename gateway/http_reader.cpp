#include "gateway/http_reader.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/http/string_body.hpp>

#include <optional>
#include <utility>

namespace machiai {

namespace {

namespace http = boost::beast::http;
using boost::beast::iequals;

std::string to_text(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

http_response refusal_of(http::error error) {
  switch (error) {
  case http::error::header_limit:
    return problem_response(431, ec::too_large, "The request's headers are too long.");
  case http::error::body_limit:
    return problem_response(413, ec::too_large, "The request's body is too long.");
  case http::error::bad_version:
    return problem_response(505, ec::malformed, "Only HTTP/1.1 and HTTP/1.0 are spoken here.");
  case http::error::bad_content_length:
  case http::error::multiple_content_length:
    return problem_response(400, ec::malformed, "Content-Length is not one number, or Transfer-Encoding is there too.");
  case http::error::bad_transfer_encoding:
    return problem_response(400, ec::malformed, "Content-Length and Transfer-Encoding contradict each other.");
  default:
    return problem_response(400, ec::malformed, "This is not a valid HTTP request.");
  }
}

/// `GET http://host/path` asks for the same as `GET /path` (RFC 9112 section 3.2.2).
std::string origin_form(std::string target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!iequals(target.substr(0, scheme.size()), boost::beast::string_view{scheme.data(), scheme.size()}))
      continue;
    const auto path = target.find_first_of("/?", scheme.size());
    if (path == target.npos)
      return "/";
    return target[path] == '/' ? target.substr(path) : '/' + target.substr(path);
  }
  return target;
}

/// What must not be there twice, because the two may contradict each other.
constexpr const char* single_headers[] = {"Authorization", "Idempotency-Key", "Content-Type", "Content-Encoding"};

std::size_t count_of(const http::fields& fields, http::field name) {
  const auto [first, last] = fields.equal_range(name);
  return static_cast<std::size_t>(std::distance(first, last));
}

} // namespace

class http_reader::implementation {
public:
  explicit implementation(const http_limits& limits) : limits_(limits) {}

  void feed(std::string_view bytes) { pending_.append(bytes); }

  outcome next() {
    if (!parser_)
      begin();
    for (;;) {
      boost::system::error_code error;
      const auto used = parser_->put(boost::asio::buffer(pending_), error);
      pending_.erase(0, used);
      if (error && error != http::error::need_more)
        return refuse(refusal_for(static_cast<http::error>(error.value())));
      if (parser_->is_header_done() && !headers_checked_) {
        headers_checked_ = true;
        if (auto answer = check_headers())
          return refuse(std::move(*answer));
        if (is_upgrade_)
          return finish(outcome::upgrade);
        parser_->eager(true);
        if (!parser_->is_done() && !pending_.empty())
          continue;
      }
      if (parser_->is_done())
        return finish(outcome::request);
      // Inside a body Beast takes an empty buffer without a word, so it cannot be asked whether it needs more.
      if (error == http::error::need_more || pending_.empty() || used == 0)
        return pending_.size() > limits_.header_bytes_max && !headers_checked_
                   ? refuse(refusal_of(http::error::header_limit))
                   : outcome::need_more;
    }
  }

  http_limits limits_;
  std::string pending_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http_request request_;
  http_response refusal_;
  bool keep_alive_ = true;
  bool headers_checked_ = false;
  bool is_upgrade_ = false;
  bool expects_continue_ = false;

private:
  void begin() {
    parser_.emplace();
    parser_->header_limit(static_cast<uint32_t>(limits_.header_bytes_max));
    parser_->body_limit(limits_.body_bytes_max);
    headers_checked_ = false;
    is_upgrade_ = false;
    expects_continue_ = false;
  }

  http_response refusal_for(http::error error) const {
    // Beast reads on to the line's end, so a bare LF there looks like a longer version.
    const auto line_end = pending_.find('\n');
    if (error == http::error::bad_version && line_end != pending_.npos &&
        (line_end == 0 || pending_[line_end - 1] != '\r'))
      return problem_response(400, ec::malformed, "Lines end with CRLF.");
    return refusal_of(error);
  }

  outcome refuse(http_response answer) {
    answer.close = true;
    refusal_ = std::move(answer);
    return outcome::refused;
  }

  std::optional<http_response> check_headers() {
    const auto& head = parser_->get();
    if (head.method() == http::verb::unknown)
      return problem_response(501, ec::unknown_command, "This method is not implemented.");
    if (head.version() >= 11 && count_of(head, http::field::host) != 1)
      return problem_response(400, ec::malformed, "Exactly one Host header is needed.");
    if (count_of(head, http::field::content_length) > 1)
      return problem_response(400, ec::malformed, "Content-Length came twice.");
    for (const auto* name : single_headers)
      if (const auto [first, last] = head.equal_range(name); std::distance(first, last) > 1)
        return problem_response(400, ec::malformed, std::string{name} + " came twice.");
    if (auto answer = check_coding())
      return answer;
    if (const auto expect = head[http::field::expect]; !expect.empty()) {
      if (!iequals(expect, "100-continue"))
        return problem_response(417, ec::malformed, "Only the expectation 100-continue is known.");
      expects_continue_ = !parser_->is_done();
    }
    is_upgrade_ = parser_->upgrade() && http::token_list(head[http::field::upgrade]).exists("websocket");
    if (is_upgrade_ && (parser_->chunked() || parser_->content_length().value_or(0) != 0))
      return problem_response(400, ec::malformed, "An upgrade request has no body.");
    return std::nullopt;
  }

  std::optional<http_response> check_coding() const {
    const auto& head = parser_->get();
    const auto codings = count_of(head, http::field::transfer_encoding);
    if (codings == 0)
      return std::nullopt;
    if (head.version() < 11)
      return problem_response(400, ec::malformed, "HTTP/1.0 has no Transfer-Encoding.");
    if (codings > 1 || !iequals(head[http::field::transfer_encoding], "chunked"))
      return problem_response(501, ec::malformed, "No transfer coding but chunked is implemented.");
    return std::nullopt;
  }

  outcome finish(outcome what) {
    keep_alive_ = parser_->keep_alive();
    auto message = parser_->release();
    parser_.reset();
    request_ = {};
    request_.method = to_text(message.method_string());
    request_.target = origin_form(to_text(message.target()));
    for (const auto& field : message)
      request_.headers.emplace_back(to_text(field.name_string()), to_text(field.value()));
    request_.body = std::move(message.body());
    return what;
  }
};

http_reader::http_reader(const http_limits& limits) : implementation_(std::make_unique<implementation>(limits)) {}

http_reader::~http_reader() = default;

void http_reader::feed(std::string_view bytes) {
  implementation_->feed(bytes);
}

http_reader::outcome http_reader::next() {
  return implementation_->next();
}

http_request& http_reader::request() {
  return implementation_->request_;
}

bool http_reader::keep_alive() const {
  return implementation_->keep_alive_;
}

const http_response& http_reader::refusal() const {
  return implementation_->refusal_;
}

bool http_reader::between_requests() const {
  const auto& parser = implementation_->parser_;
  return implementation_->pending_.empty() && (!parser || !parser->got_some());
}

bool http_reader::in_body() const {
  return implementation_->parser_ && implementation_->headers_checked_;
}

bool http_reader::take_expects_continue() {
  return std::exchange(implementation_->expects_continue_, false);
}

std::string http_reader::take_rest() {
  return std::exchange(implementation_->pending_, {});
}

} // namespace machiai
