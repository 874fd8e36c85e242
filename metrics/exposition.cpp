#include "metrics/exposition.hpp"

#include <prometheus/collectable.h>
#include <prometheus/text_serializer.h>

namespace machiai {

std::string exposition(const prometheus::Collectable& registry) {
  return prometheus::TextSerializer{}.Serialize(registry.Collect());
}

} // namespace machiai
