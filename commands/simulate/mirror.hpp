#pragma once

#include "commands/simulate/expected_clinic.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace machiai {

/// Another console of a clinic: judges that it sees every position, in order, in the very bytes the first console saw.
class mirror {
public:
  /// `who` is for people. `clinic` must outlive what waits in it.
  mirror(expected_clinic& clinic, std::string who) : clinic_(clinic), who_(std::move(who)) {}

  void take(const boost::json::object& frame, std::string_view text);

  /// The newest position of which everything has come.
  uint64_t seq() const noexcept { return seq_; }

private:
  void take_welcome(const boost::json::object& frame);
  void take_event(const boost::json::object& frame, std::string_view text);

  expected_clinic& clinic_;
  std::string who_;
  uint64_t seq_ = 0;
  /// Of the position that is arriving.
  std::vector<size_t> texts_;
};

} // namespace machiai
