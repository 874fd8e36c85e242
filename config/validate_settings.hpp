#pragma once

#include "config/settings.hpp"

#include <caf/error.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace machiai {

/// Where a setting was given, by its name: `{"connection.beat_interval_ms", "machiai.toml:12"}`. A setting that is
/// missing here has its default.
using setting_origins = std::map<std::string, std::string>;

/// Descriptors the engine needs beside its client connections: store, listeners, log, admin, HTTP out.
inline constexpr uint32_t descriptors_reserved = 256;

/// Checks every range of the settings table, the form of texts and what settings ask of each other. No error means all
/// is well; else `ec::bad_setting`, whose message begins with the origin and the name of the setting that is wrong.
caf::error validate_settings(const settings& given, const setting_origins& origins = {});

/// What is wrong with the URL of a store, to follow the name of what it was given as; empty when nothing is. It may
/// hold a password, so it is never repeated.
std::string store_url_problem(std::string_view url);

/// `ec::bad_setting` when `connection.connections_max` does not fit below `descriptors_max`, the process's hard limit.
/// A value nobody gave is lowered to what fits instead, so that the defaults start on a small machine too.
caf::error fit_connections(settings& given, const setting_origins& origins, uint64_t descriptors_max);

} // namespace machiai
