#include "store/postgres/pg_array.hpp"

#include "config/error.hpp"

namespace machiai {

namespace {

constexpr size_t header_bytes = 20;

void put_32(std::string& out, uint32_t value) {
  for (auto shift = 24; shift >= 0; shift -= 8)
    out += static_cast<char>(value >> shift);
}

} // namespace

pg_array::pg_array(uint32_t element_type) : element_type_(element_type), bytes_(header_bytes, '\0') {}

void pg_array::add(std::string_view text) {
  invariant(text.size() <= INT32_MAX, "an array element is shorter than 2 GiB");
  put_32(bytes_, static_cast<uint32_t>(text.size()));
  bytes_ += text;
  ++count_;
}

void pg_array::add(int64_t number) {
  put_32(bytes_, sizeof(number));
  put_32(bytes_, static_cast<uint32_t>(static_cast<uint64_t>(number) >> 32));
  put_32(bytes_, static_cast<uint32_t>(number));
  ++count_;
}

void pg_array::add(const digest& bytes) {
  add(std::string_view{reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::string_view pg_array::bytes() {
  // Number of dimensions, whether there are nulls, element type, then length and lower bound of the dimension. An empty
  // array has no dimension.
  std::string header;
  put_32(header, count_ == 0 ? 0 : 1);
  put_32(header, 0);
  put_32(header, element_type_);
  put_32(header, count_);
  put_32(header, 1);
  bytes_.replace(0, header_bytes, header);
  return count_ == 0 ? std::string_view{bytes_}.substr(0, 12) : std::string_view{bytes_};
}

uint32_t pg_array::type() const {
  switch (element_type_) {
  case 17:
    return 1001;
  case 20:
    return 1016;
  default:
    return 1009;
  }
}

} // namespace machiai
