#pragma once

#include "bench/dialects/dialect.hpp"

#include <cstddef>
#include <string>

namespace machiai::bench {

/// MQTT 3.1.1 over WebSocket at QoS 0, as mosquitto speaks it: a topic for every clinic, to which its patient publishes
/// and its consoles subscribe.
class mqtt_dialect final : public dialect {
public:
  /// What a change is said with, so that a broker carries as many bytes as the engine it stands beside.
  explicit mqtt_dialect(size_t message_bytes) : message_bytes_(message_bytes) {}

  std::string_view path() const override { return "/mqtt"; }
  std::string_view subprotocol() const override { return "mqtt"; }
  bool is_binary() const override { return true; }

  void prepare(uint32_t, uint32_t) override {}
  void greet(const seat& who, std::string& out) override;
  heard hear(seat& who, std::string_view message, std::string& out) override;
  std::optional<bool> shows_present(std::string_view) const override { return std::nullopt; }
  void change(const seat& who, uint64_t number, std::string& out) override;

private:
  /// 0: the patient is lost.
  std::string payload_of(uint64_t number) const;

  size_t message_bytes_;
};

} // namespace machiai::bench
