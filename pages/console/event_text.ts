import type { EventName } from "../client";
import { catalogue } from "../shared/language";

const names = catalogue(
  {
    "room.participant_arrived": "待合室に到着",
    "room.participant_admitted": "入室を許可",
    "room.participant_entered": "入室",
    "room.participant_sent_back": "待合室へ戻る",
    "room.participant_left": "退室",
    "room.participant_removed": "退出",
    "room.participant_unstable": "接続不安定",
    "room.participant_stable": "接続回復",
    "room.media_changed": "映像・音声の切り替え",
    "room.consultation_ended": "診察終了",
    "room.consultation_reopened": "診察再開",
  },
  {
    "room.participant_arrived": "Arrived",
    "room.participant_admitted": "Admitted",
    "room.participant_entered": "Entered",
    "room.participant_sent_back": "Sent back",
    "room.participant_left": "Left",
    "room.participant_removed": "Removed",
    "room.participant_unstable": "Unstable",
    "room.participant_stable": "Stable again",
    "room.media_changed": "Video or sound changed",
    "room.consultation_ended": "Consultation ended",
    "room.consultation_reopened": "Consultation reopened",
  },
);

/** What happened, in words; by its name in the record when a bill does not usually rest on it. */
export function eventText(kind: EventName): string {
  const known: Partial<Record<EventName, string>> = names();
  return known[kind] ?? kind;
}
