#include "gateway/page_folder.hpp"

#include "config/error.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>

namespace machiai {

namespace {

namespace fs = std::filesystem;

caf::error wrong(const fs::path& path, const std::string& what) {
  return make_error(ec::bad_setting, "pages.folder: " + path.string() + ": " + what);
}

bool is_below(const fs::path& path, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

/// At most `bytes_max` bytes and one: a file that grows meanwhile is noticed and does not fill the memory.
std::optional<std::string> read_file(const fs::path& path, std::size_t bytes_max) {
  std::ifstream in{path, std::ios::binary};
  std::string text;
  char piece[64 * 1024];
  while (in && text.size() <= bytes_max) {
    in.read(piece, static_cast<std::streamsize>(std::min(sizeof piece, bytes_max + 1 - text.size())));
    text.append(piece, static_cast<std::size_t>(in.gcount()));
  }
  return in.bad() || (!in.eof() && in.fail()) ? std::nullopt : std::optional{std::move(text)};
}

class reader {
public:
  reader(fs::path folder, std::size_t bytes_max)
      : folder_(std::move(folder)), left_(bytes_max), bytes_max_(bytes_max) {}

  caf::error take(const fs::path& path) {
    std::error_code failed;
    const auto real = fs::canonical(path, failed);
    if (failed)
      return wrong(path, failed.message());
    if (!is_below(real, folder_))
      return wrong(path, "is a link out of the folder");
    if (!fs::is_regular_file(real, failed))
      return wrong(path, "is no regular file");
    auto text = read_file(real, left_);
    if (!text)
      return wrong(path, "cannot be read");
    auto name = path.lexically_relative(folder_).generic_string();
    // Names count too: a crowd of empty files is as much a mistake.
    if (text->size() + name.size() > left_)
      return wrong(folder_, "the files are larger than " + std::to_string(bytes_max_) + " bytes together");
    left_ -= text->size() + name.size();
    files_[std::move(name)] = std::move(*text);
    return {};
  }

  page_folder finish() { return std::move(files_); }

private:
  fs::path folder_;
  page_folder files_;
  std::size_t left_;
  std::size_t bytes_max_;
};

} // namespace

caf::expected<page_folder> read_page_folder(const std::string& folder, std::size_t bytes_max) {
  std::error_code failed;
  const auto root = fs::canonical(folder, failed);
  if (failed)
    return wrong(folder, failed.message());
  if (!fs::is_directory(root, failed))
    return wrong(root, "is no folder");
  reader files{root, bytes_max};
  fs::recursive_directory_iterator at{root, failed};
  for (; !failed && at != fs::recursive_directory_iterator{}; at.increment(failed)) {
    const auto is_folder = at->is_directory(failed) && !at->is_symlink(failed);
    if (at->path().filename().native().starts_with('.')) {
      if (is_folder)
        at.disable_recursion_pending();
      continue;
    }
    if (is_folder)
      continue;
    if (auto problem = files.take(at->path()))
      return problem;
  }
  if (failed)
    return wrong(root, failed.message());
  return files.finish();
}

} // namespace machiai
