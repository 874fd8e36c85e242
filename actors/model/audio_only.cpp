#include "actors/model/audio_only.hpp"

#include <algorithm>

namespace machiai {

namespace {

bool is_between_doctor_and_patient(const room_state& room) {
  return count_in_room(room, party::doctor) > 0 && count_in_room(room, party::patient) > 0;
}

bool sends_no_video(const participant& who) {
  const auto counts = who.party == party::doctor || who.party == party::patient;
  return counts && who.whereabouts == whereabouts::in_room && who.media && !who.media->video;
}

} // namespace

void audio_only_record::note(const room_state& room, timestamp at) {
  const auto takes_place = is_between_doctor_and_patient(room);
  const auto lasts = [&](const open_stretch& x) {
    const auto* who = find_participant(room, x.person);
    return takes_place && who && sends_no_video(*who);
  };
  for (const auto& x : open_)
    // A last proof may lie before the stretch: then there was none.
    if (!lasts(x) && x.from < at)
      ended_.push_back({x.person, x.from, at});
  std::erase_if(open_, [&](const open_stretch& x) { return !lasts(x); });
  if (!takes_place)
    return;
  for (const auto& who : room.participants)
    if (sends_no_video(who) && std::ranges::find(open_, who.person, &open_stretch::person) == open_.end())
      open_.push_back({who.person, at});
}

} // namespace machiai
