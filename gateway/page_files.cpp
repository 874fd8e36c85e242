#include "gateway/page_files.hpp"

#include "config/error.hpp"
#include "config/fixed_limits.hpp"
#include "gateway/base64url.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <utility>

namespace machiai {

namespace {

constexpr std::string_view console = "/console.html";
constexpr std::string_view patient = "/patient.html";
constexpr std::string_view guest = "/guest.html";
constexpr std::array<std::string_view, 3> documents{console, patient, guest};
constexpr std::array<std::string_view, 3> console_paths{"/console", "/console/history", "/console/usage"};
constexpr std::string_view assets = "/assets/";

constexpr std::pair<std::string_view, std::string_view> content_types[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json; charset=utf-8"},
    {".map", "application/json; charset=utf-8"},
    {".webmanifest", "application/manifest+json; charset=utf-8"},
    {".txt", "text/plain; charset=utf-8"},
    {".svg", "image/svg+xml; charset=utf-8"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".webp", "image/webp"},
    {".ico", "image/vnd.microsoft.icon"},
    {".woff2", "font/woff2"},
    {".mp3", "audio/mpeg"},
    {".wav", "audio/wav"},
    {".wasm", "application/wasm"},
};

constexpr std::string_view hsts = "max-age=31536000";
constexpr std::string_view permissions = "camera=(self), microphone=(self), display-capture=(), geolocation=()";
constexpr std::string_view policy_before_host = "default-src 'none'; script-src 'self'; style-src 'self'; "
                                                "img-src 'self' data: blob:; media-src 'self' blob:; "
                                                "connect-src 'self'";
constexpr std::string_view policy_behind_host = "; font-src 'self'; manifest-src 'self'; form-action 'none'; "
                                                "frame-ancestors 'none'; base-uri 'none'";

/// Where an address leads that means a page of the console without being its own; empty for any other.
std::string_view redirect_of(std::string_view path) {
  if (path == "/")
    return console_paths.front();
  const auto plain_path = path.substr(0, path.find_last_not_of('/') + 1);
  const auto* const found = std::ranges::find(console_paths, plain_path);
  return found == console_paths.end() ? std::string_view{} : *found;
}

std::string_view content_type_of(std::string_view path) {
  for (const auto& [ending, type] : content_types)
    if (path.ends_with(ending))
      return type;
  return "application/octet-stream";
}

/// The same bytes have the same tag in every process, so that a restart or a second engine makes nobody load anew.
std::string entity_tag_of(std::string_view bytes) {
  std::string digest(EVP_MAX_MD_SIZE, '\0');
  unsigned int size = 0;
  const auto done = EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()), &size,
                               EVP_sha256(), nullptr);
  invariant(done == 1, "SHA-256 is not to be had");
  return '"' + base64url_encode(std::string_view(digest).substr(0, size)).substr(0, 22) + '"';
}

/// RFC 9110 section 13.1.2, by weak comparison. Our tags hold no comma.
bool is_known(std::string_view if_none_match, std::string_view tag) {
  while (!if_none_match.empty()) {
    const auto end = std::min(if_none_match.find(','), if_none_match.size());
    auto element = if_none_match.substr(0, end);
    if_none_match.remove_prefix(std::min(end + 1, if_none_match.size()));
    element.remove_prefix(std::min(element.find_first_not_of(" \t"), element.size()));
    element = element.substr(0, element.find_last_not_of(" \t") + 1);
    if (element.starts_with("W/"))
      element.remove_prefix(2);
    if (element == "*" || element == tag)
      return true;
  }
  return false;
}

/// A host that may stand in a header of ours: letters, digits and what stands between them, also an IPv6 address.
bool is_plain_host(std::string_view host) {
  return !host.empty() && host.size() <= 255 && std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view(".-:[]").find(c) != std::string_view::npos;
  });
}

/// Safari before 15.4 does not take 'self' for a WebSocket of the same host, so the host is named. With both schemes:
/// what stands before us may speak TLS in our place.
std::string content_security_policy(std::string_view host) {
  std::string text{policy_before_host};
  if (is_plain_host(host))
    text.append(" ws://").append(host).append(" wss://").append(host);
  return text.append(policy_behind_host);
}

/// The file's name without the ending of a coded form, and which form it is.
std::pair<std::string, content_coding> form_of(const std::string& name, const page_folder& folder) {
  for (const auto& [ending, coding] :
       {std::pair{std::string_view(".br"), content_coding::brotli}, {".gz", content_coding::gzip}})
    if (const auto plain = name.substr(0, name.size() - std::min(ending.size(), name.size()));
        name.ends_with(ending) && folder.contains(plain))
      return {plain, coding};
  return {name, content_coding::identity};
}

} // namespace

caf::expected<page_files> page_files::make(const page_folder& folder, bool is_tls) {
  for (const auto document : documents)
    if (!folder.contains(std::string(document.substr(1))))
      return make_error(ec::bad_setting, "pages.folder: there is no " + std::string(document.substr(1)) +
                                             " in it; `./dev build` makes it, in pages/dist");
  page_files made;
  made.is_tls_ = is_tls;
  for (const auto& [name, bytes] : folder) {
    const auto [plain_name, coding] = form_of(name, folder);
    const auto path = '/' + plain_name;
    auto& file = made.files_[path];
    file.content_type = content_type_of(path);
    file.is_document = path.ends_with(".html");
    file.is_immutable = path.starts_with(assets);
    file.forms[static_cast<std::size_t>(coding)] = {std::make_shared<const std::string>(bytes), entity_tag_of(bytes)};
  }
  return made;
}

caf::expected<std::shared_ptr<const page_files>> page_files::load(const settings& given) {
  if (given.pages.folder.empty())
    return std::shared_ptr<const page_files>{};
  auto folder = read_page_folder(given.pages.folder, fixed::pages_bytes_max);
  if (!folder)
    return folder.error();
  auto made = make(*folder, !given.listen.tls_certificate.empty());
  if (!made)
    return made.error();
  return std::make_shared<const page_files>(std::move(*made));
}

const page_files::page_file* page_files::find(std::string_view path) const {
  if (std::ranges::find(console_paths, path) != console_paths.end())
    path = console;
  else if (path.starts_with("/p/"))
    path = patient;
  else if (path.starts_with("/g/"))
    path = guest;
  else if (path.ends_with(".html"))
    return nullptr;
  const auto it = files_.find(path);
  return it == files_.end() ? nullptr : &it->second;
}

http_response page_files::plain(uint16_t status, std::string text) const {
  http_response response;
  response.status = status;
  response.content_type = "text/plain; charset=utf-8";
  response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  if (is_tls_)
    response.headers.emplace_back("Strict-Transport-Security", hsts);
  response.body = std::move(text);
  return response;
}

http_response page_files::answer(const http_request& request) const {
  const auto path = request.path();
  const auto is_read = request.method == "GET" || request.method == "HEAD";
  const auto* const file = find(path);
  const auto redirect = file ? std::string_view{} : redirect_of(path);
  if (!file && redirect.empty())
    return plain(404, "ページが見つかりません。リンクをもう一度ご確認ください。\n"
                      "There is no such page. Please check the link.\n");
  if (!is_read) {
    auto response = plain(405, "Pages are only read.\n");
    response.headers.emplace_back("Allow", "GET, HEAD");
    return response;
  }
  if (file)
    return answer_with(*file, request);
  // The fragment, where a link keeps its token, goes with the browser.
  auto response = plain(302, std::string{redirect} + '\n');
  response.headers.emplace_back("Location", redirect);
  return response;
}

http_response page_files::answer_with(const page_file& file, const http_request& request) const {
  const auto exists = [&](content_coding coding) {
    return file.forms[static_cast<std::size_t>(coding)].bytes != nullptr;
  };
  const auto coding = choose_coding(request.joined_header("Accept-Encoding"), exists(content_coding::brotli),
                                    exists(content_coding::gzip));
  if (!coding) {
    auto response = plain(406, "Accept-Encoding refuses every form there is.\n");
    response.headers.emplace_back("Vary", "Accept-Encoding");
    return response;
  }
  const auto& form = file.forms[static_cast<std::size_t>(*coding)];
  http_response response;
  response.content_type = file.content_type;
  response.headers.emplace_back("ETag", form.entity_tag);
  add_headers(response, file, request);
  if (is_known(request.joined_header("If-None-Match"), form.entity_tag)) {
    response.status = 304;
    return response;
  }
  if (*coding != content_coding::identity)
    response.headers.emplace_back("Content-Encoding", name_of(*coding));
  response.shared_body = form.bytes;
  return response;
}

void page_files::add_headers(http_response& response, const page_file& file, const http_request& request) const {
  const auto add = [&](std::string_view name, std::string_view value) { response.headers.emplace_back(name, value); };
  add("Vary", "Accept-Encoding");
  add("Cache-Control", file.is_immutable ? "public, max-age=31536000, immutable" : "no-cache");
  add("X-Content-Type-Options", "nosniff");
  add("Referrer-Policy", "no-referrer");
  add("Cross-Origin-Opener-Policy", "same-origin");
  add("Cross-Origin-Resource-Policy", "same-origin");
  add("Permissions-Policy", permissions);
  add("Content-Security-Policy", content_security_policy(request.header("Host")));
  if (is_tls_)
    add("Strict-Transport-Security", hsts);
}

} // namespace machiai
