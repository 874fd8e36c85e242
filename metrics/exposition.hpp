#pragma once

#include <string>

namespace prometheus {
class Collectable;
}

namespace machiai {

/// The content type of what `exposition` returns.
inline constexpr const char* exposition_content_type = "text/plain; version=0.0.4; charset=utf-8";

/// Every metric of a registry in Prometheus' text format. May be called from any thread.
std::string exposition(const prometheus::Collectable& registry);

} // namespace machiai
