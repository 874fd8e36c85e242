#pragma once

/// What actors say to each other, one struct each. All of it could cross a network: no pointers, no callbacks.
/// Commands are imperative, queries start with `get_`, news is in the past tense, timers end in `_due`.
#include "actors/audit_messages.hpp"
#include "actors/call_messages.hpp"
#include "actors/clinic_messages.hpp"
#include "actors/log_messages.hpp"
#include "actors/person_messages.hpp"
#include "actors/room_messages.hpp"
#include "actors/shard_messages.hpp"
