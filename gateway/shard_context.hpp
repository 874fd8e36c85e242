#pragma once

#include "actors/environment.hpp"
#include "actors/interfaces.hpp"
#include "gateway/ice_servers.hpp"
#include "gateway/operator_key.hpp"
#include "gateway/page_files.hpp"
#include "gateway/past_question.hpp"

#include <caf/expected.hpp>

#include <functional>
#include <memory>
#include <string>

namespace machiai {

/// What every shard of a gateway is given.
struct shard_context {
  environment shared;
  registry_actor registry;
  std::shared_ptr<const operator_key> key;
  std::shared_ptr<const ice_servers> ice;
  using past_callback = std::function<void(caf::expected<std::string>)>;
  /// What a clinic's past answers, as JSON text, read from the store on a thread of its own; `done` is called there, or
  /// never when `asker` is gone before.
  std::function<void(const past_question& asked, std::weak_ptr<const void> asker, past_callback done)> past;
  /// Null: none are served, and every path that is not the API's is answered by it.
  std::shared_ptr<const page_files> pages;
  /// Why the engine should not get traffic; empty when it is ready. From any thread.
  std::function<std::string()> not_ready;
  /// Begins the planned end. From any thread.
  std::function<void()> drain;
};

} // namespace machiai
