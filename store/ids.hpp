#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace machiai {

/// An opaque id: 1 to 64 of `[A-Za-z0-9._-]` (not `.` or `..`), unique within its clinic (clinic ids: within the
/// store). Two kinds of id never convert into each other. An empty value means "none".
template <class Tag>
struct id {
  std::string value;

  id() = default;
  explicit id(std::string text) : value(std::move(text)) {}

  [[nodiscard]] bool empty() const noexcept { return value.empty(); }
  friend auto operator<=>(const id&, const id&) = default;
};

template <class Inspector, class Tag>
typename Inspector::result_type inspect(Inspector& f, id<Tag>& x) {
  return f(x.value);
}

using clinic_id = id<struct clinic_tag>;
/// A room carries the id of the appointment it belongs to.
using room_id = id<struct room_tag>;
/// A patient, doctor, guest, staff member or calling system.
using person_id = id<struct person_tag>;
/// Made by the client; a command sent again keeps its id.
using command_id = id<struct command_tag>;
using invite_id = id<struct invite_tag>;
/// One tab or program of a person, made by itself and kept over its connections.
using device_id = id<struct device_tag>;
/// Names a signing key of a clinic; the `kid` of a token.
using key_id = id<struct key_tag>;

/// True for 1 to 64 of `[A-Za-z0-9._-]`, but not `.` or `..`.
bool is_valid_id(std::string_view text) noexcept;

} // namespace machiai

template <class Tag>
struct std::hash<machiai::id<Tag>> {
  size_t operator()(const machiai::id<Tag>& x) const noexcept { return std::hash<std::string>{}(x.value); }
};
