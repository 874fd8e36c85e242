#include "store/json_encode.hpp"

#include <array>
#include <charconv>

namespace machiai {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

/// Characters that go into a JSON string as they are: printable ASCII but quote and backslash.
constexpr auto plain = [] {
  std::array<bool, 256> table{};
  for (size_t c = 0x20; c < 0x80; ++c)
    table[c] = c != '"' && c != '\\';
  return table;
}();

/// Length of the well-formed UTF-8 sequence `text` starts with (Unicode, table 3-7); 0 when there is none.
size_t utf8_length(std::string_view text) {
  const auto byte = [text](size_t i) { return i < text.size() ? static_cast<uint8_t>(text[i]) : uint8_t{0}; };
  const auto continues = [&byte](size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const auto lead = byte(0);
  if (lead >= 0xC2 && lead <= 0xDF)
    return continues(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const auto low = lead == 0xE0 ? 0xA0 : 0x80;
    const auto high = lead == 0xED ? 0x9F : 0xBF;
    return byte(1) >= low && byte(1) <= high && continues(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const auto low = lead == 0xF0 ? 0x90 : 0x80;
    const auto high = lead == 0xF4 ? 0x8F : 0xBF;
    return byte(1) >= low && byte(1) <= high && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

void append_escaped(std::string& out, char c) {
  switch (c) {
  case '"':
    out += "\\\"";
    return;
  case '\\':
    out += "\\\\";
    return;
  case '\n':
    out += "\\n";
    return;
  case '\r':
    out += "\\r";
    return;
  case '\t':
    out += "\\t";
    return;
  default:
    constexpr auto digits = "0123456789abcdef";
    const auto code = static_cast<uint8_t>(c);
    out += "\\u00";
    out += digits[code >> 4];
    out += digits[code & 15];
  }
}

template <class Integer>
void append_digits(std::string& out, Integer value) {
  std::array<char, 20> buffer{};
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  out.append(buffer.data(), result.ptr);
}

} // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  size_t i = 0;
  while (i < text.size()) {
    auto run = i;
    while (run < text.size() && plain[static_cast<uint8_t>(text[run])])
      ++run;
    out.append(text, i, run - i);
    i = run;
    if (i == text.size())
      break;
    if (static_cast<uint8_t>(text[i]) < 0x80) {
      append_escaped(out, text[i++]);
    } else if (const auto length = utf8_length(text.substr(i)); length > 0) {
      out.append(text, i, length);
      i += length;
    } else {
      out += replacement;
      ++i;
    }
  }
  out += '"';
}

void append_json_integer(std::string& out, int64_t value) {
  append_digits(out, value);
}

void append_json_integer(std::string& out, uint64_t value) {
  append_digits(out, value);
}

} // namespace machiai
