#pragma once

#include "actors/audit_messages.hpp"

namespace machiai {

class clinic_household;
class clinic_stream;

/// What a clinic tells the auditor of itself, but for its shards.
clinic_view view_of(const clinic_stream& stream, const clinic_household& household, const get_clinic_view& wish);

} // namespace machiai
