#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// What a server speaks, apart from what is asked of it: a workload knows clinics, seats and numbered changes; a
/// dialect turns them into one server's messages and back.
namespace machiai::bench {

/// One connection of the load. Clinics are numbered from 0; place 0 is the patient of the clinic's only room, the
/// others are consoles that watch the clinic.
struct seat {
  uint32_t clinic = 0;
  uint32_t place = 0;
  /// The dialect's own: where the clinic's stream stood when this seat signed in.
  uint64_t stream_start = 0;

  bool is_patient() const noexcept { return place == 0; }
};

/// What a message from the server means.
struct heard {
  enum class kind : uint8_t {
    /// Nothing that a workload counts.
    other,
    /// The seat is signed in and subscribed.
    signed_in,
    /// The clinic's changes up to `number` are shown here; they are counted from 1.
    news,
    /// The clinic's patient has lost the connection: shown here.
    loss,
    /// A change was accepted.
    accepted,
    /// The server refused something, or said what it must not.
    wrong,
  };

  kind what = kind::other;
  uint64_t number = 0;
};

class dialect {
public:
  virtual ~dialect() = default;

  virtual std::string_view path() const = 0;
  virtual std::string_view subprotocol() const = 0;
  /// Whether messages go out as binary ones.
  virtual bool is_binary() const = 0;

  /// Makes what must exist before anybody comes: clinics with so many rooms each, patients. Throws
  /// `std::runtime_error`.
  virtual void prepare(uint32_t clinics, uint32_t rooms_each) = 0;

  /// Appends what a seat says first.
  virtual void greet(const seat& who, std::string& out) = 0;

  /// Reads one message. What it appends to `out` is sent back.
  virtual heard hear(seat& who, std::string_view message, std::string& out) = 0;

  /// Whether a message says that the clinic's patient is there and connected; nothing when it does not speak of that.
  virtual std::optional<bool> shows_present(std::string_view message) const = 0;

  /// Appends the clinic's `number`th change, said by its patient: odd ones enter, even ones leave.
  virtual void change(const seat& who, uint64_t number, std::string& out) = 0;
};

} // namespace machiai::bench
