#pragma once

#include "store/event_record.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace machiai {

/// A one-dimensional array parameter in PostgreSQL's binary format, so that one statement inserts many rows and no text
/// needs quoting.
class pg_array {
public:
  static pg_array of_text() { return pg_array{25}; }
  static pg_array of_bigint() { return pg_array{20}; }
  static pg_array of_bytea() { return pg_array{17}; }

  void add(std::string_view text);
  void add(int64_t number);
  void add(const digest& bytes);

  /// The parameter's bytes, valid until the next `add`.
  std::string_view bytes();

  [[nodiscard]] bool empty() const { return count_ == 0; }

  /// The OID of this array's type.
  [[nodiscard]] uint32_t type() const;

private:
  explicit pg_array(uint32_t element_type);

  uint32_t element_type_;
  uint32_t count_ = 0;
  std::string bytes_;
};

} // namespace machiai
