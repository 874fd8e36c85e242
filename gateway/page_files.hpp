#pragma once

#include "config/settings.hpp"
#include "gateway/content_coding.hpp"
#include "gateway/http_message.hpp"
#include "gateway/page_folder.hpp"

#include <caf/expected.hpp>

#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace machiai {

/// The built pages (Vite's `dist`), in memory: what browsers are given beside the API. Never changes, so that all
/// shards share it. Knows no path but those of its files and the few that lead to one of its three documents.
class page_files {
public:
  /// Of the files of `folder`. `x.br` and `x.gz` beside `x` are its coded forms. `is_tls`: clients come by TLS, and are
  /// told to come so for good. Error: `ec::bad_setting` when one of the three documents is missing.
  static caf::expected<page_files> make(const page_folder& folder, bool is_tls);

  /// Reads the folder the settings name; null when they name none. Error: `ec::bad_setting` saying what is wrong there.
  static caf::expected<std::shared_ptr<const page_files>> load(const settings& given);

  /// The answer to any request of a browser: 404 as plain text for what there is not. The body is shared with all other
  /// answers.
  http_response answer(const http_request& request) const;

private:
  struct representation {
    /// Null: the file does not exist in this coding.
    std::shared_ptr<const std::string> bytes;
    std::string entity_tag;
  };

  struct page_file {
    std::string content_type;
    bool is_document = false;
    /// Its name changes with its content.
    bool is_immutable = false;
    std::array<representation, content_codings> forms;
  };

  const page_file* find(std::string_view path) const;
  http_response answer_with(const page_file& file, const http_request& request) const;
  http_response plain(uint16_t status, std::string text) const;
  void add_headers(http_response& response, const page_file& file, const http_request& request) const;

  /// By path from the root: `/assets/x.js`. Documents are not reached by their file's name.
  std::map<std::string, page_file, std::less<>> files_;
  bool is_tls_ = false;
};

} // namespace machiai
