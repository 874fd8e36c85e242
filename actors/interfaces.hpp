#pragma once

#include "actors/messages.hpp"

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

/// Every actor of the engine and everything it can be told: the tour of the house in one file. A command travels
///
///     shard ──▶ patient, doctor, guest ──▶ room ──▶ clinic ──▶ event log
///        ▲                                            │ ▲          │
///        └───────────── feed, answered ───────────────┘ └─appended─┘
///
/// and never turns back: what comes back to a person or room is only what the log already says.
namespace machiai {

/// Stands for one I/O thread of the gateway and all sessions on it.
using shard_actor = caf::typed_actor<
    // The clinic it sought.
    caf::reacts_to<clinic_found>,
    // The clinic's stream is open, or its keys changed.
    caf::reacts_to<feed_opened>,
    // A session sees its topic from now on, or why not.
    caf::reacts_to<subscribed>,
    // Durable news for everybody who watches.
    caf::reacts_to<feed>,
    // The one answer to a command.
    caf::reacts_to<answered>,
    // A person was put out of a room.
    caf::reacts_to<expelled>,
    // About a call, for one session or all consoles; a room forgot who was in its call.
    caf::reacts_to<call_told>, caf::reacts_to<call_forgotten>,
    // A session's device is there by a newer connection.
    caf::reacts_to<session_replaced>,
    // A person has a new actor.
    caf::reacts_to<person_rebuilt>,
    // The auditor asks whose devices are here.
    caf::reacts_to<get_sessions>>;

/// One consultation: who is in, since when, and what it costs.
using room_actor = caf::typed_actor<
    // A person's device is here.
    caf::reacts_to<person_enters>,
    // What became of a person's devices.
    caf::reacts_to<person_moved>,
    // A page became visible or hidden.
    caf::reacts_to<person_attends>,
    // A device tells what it sends, or how its test went.
    caf::reacts_to<person_reports>,
    // The clinic asks something.
    caf::reacts_to<room_request>,
    // A device asks something about the call, or is lost.
    caf::reacts_to<call_message>, caf::reacts_to<call_device_lost>,
    // The auditor asks what the room believes.
    caf::replies_to<get_room_view>::with<room_view>,
    // INTERNAL: time alone may have changed something.
    caf::reacts_to<room_deadline_due>>;

/// A patient, doctor or guest: the person's devices, and where it is. Present while at least one device is.
using person_actor = caf::typed_actor<
    // A device asks something.
    caf::reacts_to<device_command>,
    // A command of this person that goes to the clinic took its id.
    caf::reacts_to<command_taken>,
    // A device fell silent, is heard again, is gone.
    caf::reacts_to<device_silent>, caf::reacts_to<device_alive>, caf::reacts_to<device_lost>,
    // A device was there before this actor was; all devices of a shard are gone.
    caf::reacts_to<device_back>, caf::reacts_to<shard_lost>,
    // What the log says of the person's place.
    caf::reacts_to<participation_changed>,
    // The room died and was rebuilt: tell it again what is known here.
    caf::reacts_to<room_rebuilt>,
    // Nobody watches as this person any more.
    caf::reacts_to<person_unwatched>,
    // The clinic knows another name.
    caf::reacts_to<person_renamed>,
    // INTERNAL: doubt may have become a leave.
    caf::reacts_to<presence_due>>;

/// One clinic: numbers its events, keeps the board, is the only writer of its stream.
using clinic_actor = caf::typed_actor<
    // A shard opens or closes the stream.
    caf::reacts_to<open_feed>, caf::reacts_to<close_feed>,
    // A session wants a topic, or is gone.
    caf::reacts_to<subscribe>, caf::reacts_to<unsubscribe>,
    // A patient asks for its visits; somebody invited asks to what.
    caf::reacts_to<get_visits>, caf::reacts_to<get_invitation>,
    // A person's actor has nothing left to look after.
    caf::reacts_to<person_idle>,
    // A command that is not about the speaker itself.
    caf::reacts_to<clinic_request>,
    // Give an answer that was given before.
    caf::reacts_to<repeat_answer>,
    // A device asks something about a room's call, or is lost; a room tells a device.
    caf::reacts_to<call_message>, caf::reacts_to<call_device_lost>, caf::reacts_to<call_told>,
    // A person's newer connection of the same device took this one's place.
    caf::reacts_to<device_replaced>,
    // Which actor is this room?
    caf::replies_to<get_room>::with<room_actor>,
    // Would the room let this person in now?
    caf::replies_to<check_entry>::with<bool>,
    // A room decided: number it, log it.
    caf::reacts_to<room_decided>,
    // The log's word on what was sent to it.
    caf::reacts_to<appended>, caf::reacts_to<append_failed>,
    // The auditor asks what the clinic believes.
    caf::replies_to<get_clinic_view>::with<clinic_view>,
    // Write a snapshot and end.
    caf::reacts_to<go_to_sleep>,
    // INTERNAL: is anybody left?
    caf::reacts_to<idle_check_due>>;

/// The store's only writer: gathers what clinics send into one commit. Runs on a thread of its own.
using event_log_actor = caf::typed_actor<
    // Take a clinic over and read its history.
    caf::replies_to<wake_clinic>::with<clinic_woken>,
    // Make durable; the sender gets `appended` or `append_failed`.
    caf::reacts_to<append>,
    // Every clinic in the store.
    caf::replies_to<get_clinics>::with<clinic_list>,
    // Write the mark of a planned end.
    caf::replies_to<mark_clean>::with<bool>,
    // INTERNAL: commit what has gathered; prove the engine alive; extend the index.
    caf::reacts_to<flush_due>, caf::reacts_to<alive_due>, caf::reacts_to<index_due>>;

/// Knows which clinics are awake here, wakes them on demand and lets idle ones sleep.
using registry_actor = caf::typed_actor<
    // Which actor is this clinic? Errors: `not_found`, `draining`, `store_unavailable`.
    caf::replies_to<find_clinic>::with<clinic_actor>,
    // The same for a shard; answered by `clinic_found`.
    caf::reacts_to<seek_clinic>,
    // The auditor asks who is awake.
    caf::replies_to<get_awake_clinics>::with<awake_clinics>,
    // Nobody needs the clinic now.
    caf::reacts_to<clinic_idle>,
    // INTERNAL: a clinic that did not wake may wake now.
    caf::reacts_to<wake_due>,
    // Planned end: every clinic writes its snapshot and ends; answers when all have.
    caf::replies_to<drain_clinics>::with<bool>>;

/// Compares what clinics, rooms, shards and the store believe; tells nobody but the metrics and the log.
using auditor_actor = caf::typed_actor<
    // A shard's answer.
    caf::reacts_to<held_sessions>,
    // INTERNAL: look at the next clinics; who has not answered will not.
    caf::reacts_to<audit_due>, caf::reacts_to<look_late>>;

} // namespace machiai
