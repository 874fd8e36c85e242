import type { ParticipantCard, RoomCard } from "../../client";

/** A visit of one patient at 09:00 in Japan, nobody there yet. */
export function visitCard(room: string, change: Partial<RoomCard> = {}): RoomCard {
  return {
    room,
    phase: "scheduled",
    starts_at: "2026-11-24T00:00:00.000Z",
    duration_min: 15,
    menu: "オンライン診療再診",
    is_test: false,
    locked: false,
    patients: [
      {
        patient: `p-${room}`,
        name: "予約　花子",
        kana: "ヨヤク　ハナコ",
        chart_number: "10001",
        card_registered: true,
      },
    ],
    doctors: [{ person: "dr-mori", name: "森　恵子" }],
    participants: [],
    invitations: [],
    meter: { doctor_in_room_ms: 0, running: false, units: 0, additional_participants: 0, total_yen_ex_tax: 0 },
    bill_revision: 0,
    ...change,
  };
}

export function personCard(person: string, change: Partial<ParticipantCard> = {}): ParticipantCard {
  return {
    person,
    party: "patient",
    display_name: "予約　花子",
    whereabouts: "waiting",
    unstable: false,
    admitted: false,
    removed: false,
    attentive: true,
    ...change,
  };
}
