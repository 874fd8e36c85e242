#pragma once

#include "bench/dialects/dialect.hpp"

#include <string>

namespace machiai::bench {

/// bench/bare/bare_server.cpp, whose messages are words. The patient of a clinic is its only speaker and hears nothing.
class bare_dialect final : public dialect {
public:
  std::string_view path() const override { return "/ws"; }
  std::string_view subprotocol() const override { return "machiai.v1"; }
  bool is_binary() const override { return false; }

  void prepare(uint32_t, uint32_t) override {}
  void greet(const seat& who, std::string& out) override;
  heard hear(seat& who, std::string_view message, std::string& out) override;
  std::optional<bool> shows_present(std::string_view) const override { return std::nullopt; }
  void change(const seat& who, uint64_t number, std::string& out) override;
};

} // namespace machiai::bench
