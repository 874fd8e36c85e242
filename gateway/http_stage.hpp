#pragma once

#include "gateway/http_reader.hpp"
#include "gateway/token_bucket.hpp"

namespace machiai {

/// What a connection needs only while it speaks HTTP; freed by the upgrade, because WebSockets are many and live long.
struct http_stage {
  http_stage(const http_limits& limits, token_bucket full) : reader(limits), requests(full) {}

  http_reader reader;
  token_bucket requests;
  /// A request was handed to the host and is not answered.
  bool awaiting = false;
  /// Of the request being answered: HEAD, and whether the connection lives on.
  bool head = false;
  bool keep_alive = true;
  /// Requests are being handed out further up the stack.
  bool serving = false;
  /// The first request has come: from now on idleness is keep-alive, not a slow handshake.
  bool any_taken = false;
};

} // namespace machiai
