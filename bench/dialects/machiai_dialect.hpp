#pragma once

#include "bench/dialects/dialect.hpp"
#include "commands/client/server_address.hpp"
#include "commands/token_mint.hpp"

#include <string>

namespace machiai::bench {

/// Our own engine: clinics, rooms and patients are put over its HTTP API, tokens are signed with the operator's key.
class machiai_dialect final : public dialect {
public:
  machiai_dialect(server_address server, token_mint mint);

  std::string_view path() const override { return "/ws"; }
  std::string_view subprotocol() const override { return "machiai.v1"; }
  bool is_binary() const override { return false; }

  void prepare(uint32_t clinics, uint32_t rooms_each) override;
  void greet(const seat& who, std::string& out) override;
  heard hear(seat& who, std::string_view message, std::string& out) override;
  std::optional<bool> shows_present(std::string_view message) const override;
  void change(const seat& who, uint64_t number, std::string& out) override;

private:
  server_address server_;
  token_mint mint_;
};

} // namespace machiai::bench
