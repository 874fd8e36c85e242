#include "gateway/operator_key.hpp"

#include "config/error.hpp"
#include "gateway/base64url.hpp"

#include <boost/json.hpp>
#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace machiai {

namespace {

constexpr size_t secret_bytes = 32;
constexpr size_t file_bytes_max = 4096;

class descriptor {
public:
  explicit descriptor(int number) : number_(number) {}
  ~descriptor() {
    if (number_ >= 0)
      ::close(number_);
  }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;

  int number() const { return number_; }

private:
  int number_;
};

caf::error failed(const std::string& file, const std::string& what) {
  return make_error(ec::bad_setting, file + ": " + what + ": " + std::strerror(errno));
}

caf::error refused(const std::string& file, const std::string& why) {
  return make_error(ec::bad_setting, file + ": " + why);
}

caf::expected<operator_key> parse(const std::string& file, const std::string& text) {
  boost::json::error_code error;
  const auto value = boost::json::parse(text, error);
  const auto* object = error ? nullptr : value.if_object();
  const auto member = [object](const char* name) -> std::string {
    const auto* found = object ? object->if_contains(name) : nullptr;
    return found && found->is_string() ? std::string{found->get_string().c_str()} : std::string{};
  };
  if (member("kty") != "oct" || member("alg") != "HS256" || !is_valid_id(member("kid")))
    return refused(file, R"(is no operator key: must be {"kty":"oct","alg":"HS256","kid":"…","k":"…"})");
  auto secret = base64url_decode(member("k"));
  if (!secret)
    return refused(file, "its k is not base64url without padding");
  auto signing = token_key::secret(key_id{member("kid")}, *secret);
  if (!signing)
    return refused(file, message_of(signing.error()));
  operator_key result{std::move(*signing), sealing_key{*secret}};
  OPENSSL_cleanse(secret->data(), secret->size());
  return result;
}

std::string make_content() {
  std::array<unsigned char, secret_bytes + 4> random{};
  invariant(RAND_bytes(random.data(), random.size()) == 1, "the system has randomness");
  const std::string_view bytes{reinterpret_cast<const char*>(random.data()), random.size()};
  boost::json::object key{{"kty", "oct"}, {"alg", "HS256"}};
  key["kid"] = "operator-" + base64url_encode(bytes.substr(secret_bytes));
  key["k"] = base64url_encode(bytes.substr(0, secret_bytes));
  OPENSSL_cleanse(random.data(), random.size());
  return boost::json::serialize(key) + '\n';
}

bool write_all(int number, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(number, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR)
      return false;
    bytes.remove_prefix(written < 0 ? 0 : static_cast<size_t>(written));
  }
  return true;
}

/// Written under another name and linked into place: the file is there whole or not at all, and never replaces one that
/// somebody else has made meanwhile.
caf::error create(const std::string& file) {
  const auto draft = file + ".new-" + std::to_string(::getpid());
  ::unlink(draft.c_str());
  {
    const descriptor out{::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
    if (out.number() < 0)
      return failed(file, "cannot be made");
    auto content = make_content();
    const bool good = write_all(out.number(), content) && ::fsync(out.number()) == 0;
    OPENSSL_cleanse(content.data(), content.size());
    if (!good) {
      auto error = failed(file, "cannot be written");
      ::unlink(draft.c_str());
      return error;
    }
  }
  const bool linked = ::link(draft.c_str(), file.c_str()) == 0 || errno == EEXIST;
  auto error = linked ? caf::error{} : failed(file, "cannot be made");
  ::unlink(draft.c_str());
  auto folder = std::filesystem::path{file}.parent_path();
  const descriptor directory{::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!error && (directory.number() < 0 || ::fsync(directory.number()) != 0))
    return failed(file, "its folder cannot be written");
  return error;
}

} // namespace

std::string default_operator_key_file(std::string_view store_url) {
  constexpr std::string_view sqlite = "sqlite:";
  if (store_url.starts_with(sqlite))
    return std::string{store_url.substr(sqlite.size())} + ".operator-key";
  return "machiai.operator-key";
}

caf::expected<operator_key> load_operator_key(const std::string& file) {
  const descriptor in{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
  if (in.number() < 0)
    return failed(file, "the operator's key cannot be read");
  struct stat status {};
  if (::fstat(in.number(), &status) != 0)
    return failed(file, "the operator's key cannot be read");
  if (!S_ISREG(status.st_mode))
    return refused(file, "is not a file");
  if ((status.st_mode & 0077) != 0)
    return refused(file, "others than its owner may read or write it; chmod 600 it");
  std::string text(file_bytes_max + 1, '\0');
  const auto length = ::read(in.number(), text.data(), text.size());
  if (length < 0)
    return failed(file, "the operator's key cannot be read");
  if (static_cast<size_t>(length) > file_bytes_max)
    return refused(file, "is too large for an operator key");
  text.resize(static_cast<size_t>(length));
  auto result = parse(file, text);
  OPENSSL_cleanse(text.data(), text.size());
  return result;
}

caf::expected<operator_key> load_or_create_operator_key(const std::string& file) {
  if (::access(file.c_str(), F_OK) != 0 && errno == ENOENT)
    if (auto error = create(file))
      return error;
  return load_operator_key(file);
}

} // namespace machiai
