import type { BoardFrame, DeviceTest, ParticipantCard, Party, RoomCard } from "../../client";

/** Minutes from now as the protocol writes times. */
export const minutesFromNow = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString();

const names = [
  ["佐藤　由美子", "サトウ　ユミコ"],
  ["鈴木　一郎", "スズキ　イチロウ"],
  ["高橋　さくら", "タカハシ　サクラ"],
  ["田中　健太", "タナカ　ケンタ"],
  ["グエン　ティ　ラン", "グエン　ティ　ラン"],
  ["渡辺　恵", "ワタナベ　メグミ"],
  ["伊藤　翔太", "イトウ　ショウタ"],
  ["山本　千代", "ヤマモト　チヨ"],
  ["中村　大輔", "ナカムラ　ダイスケ"],
  ["小林　美咲", "コバヤシ　ミサキ"],
] as const;

const price = {
  unit_ms: 1_800_000,
  unit_yen: 100,
  additional_yen: 50,
  reconnect_window_ms: 60_000,
  additional_basis: "persons",
} as const;
const noMeter = { doctor_in_room_ms: 0, running: false, units: 0, additional_participants: 0, total_yen_ex_tax: 0 };

function visit(number: number, minutes: number, change: Partial<RoomCard>): RoomCard {
  const [name, kana] = names[number % names.length] ?? ["", ""];
  return {
    room: `s${number}`,
    phase: "scheduled",
    starts_at: minutesFromNow(minutes),
    duration_min: 15,
    menu: number % 3 === 0 ? "オンライン診療初診" : "オンライン診療再診",
    is_test: false,
    locked: false,
    patients: [
      { patient: `p${number}`, name, kana, chart_number: String(90_060 + number), card_registered: number % 4 !== 1 },
    ],
    doctors: [number % 2 === 0 ? { person: "dr-mori", name: "森　恵子" } : { person: "dr-sato", name: "佐藤　一郎" }],
    participants: [],
    invitations: [],
    meter: noMeter,
    bill_revision: 0,
    ...change,
  };
}

function someone(
  person: string,
  party: Party,
  display_name: string,
  change: Partial<ParticipantCard>,
): ParticipantCard {
  return {
    person,
    party,
    display_name,
    whereabouts: "waiting",
    unstable: false,
    admitted: false,
    removed: false,
    attentive: true,
    ...change,
  };
}

const tested = (change: Partial<DeviceTest> = {}): { device_test: DeviceTest } => ({
  device_test: {
    camera: "passed",
    microphone: "passed",
    speaker: "passed",
    network: "passed",
    at: minutesFromNow(-3),
    ...change,
  },
});
const arrived = (minutes: number) => ({ first_arrived_at: minutesFromNow(minutes), since: minutesFromNow(minutes) });
const media = { video: true, audio: true };

function waitingVisits(): RoomCard[] {
  return [
    visit(1, -20, {
      phase: "waiting",
      place_in_line: 1,
      participants: [someone("p1", "patient", "鈴木　一郎", { ...arrived(-23), ...tested() })],
    }),
    visit(2, -10, {
      phase: "waiting",
      place_in_line: 1,
      locked: true,
      participants: [
        someone("p2", "patient", "高橋　さくら", {
          ...arrived(-12),
          ...tested({ camera: "refused", microphone: "failed" }),
          unstable: true,
          last_proof_at: minutesFromNow(-0.4),
        }),
      ],
      invitations: [
        {
          invite: "i1",
          person: "g1",
          party: "family",
          display_name: "高橋　誠",
          expires_at: minutesFromNow(26 * 60),
          redeemed: false,
        },
      ],
    }),
    visit(3, 5, {
      phase: "waiting",
      place_in_line: 2,
      participants: [someone("p3", "patient", "田中　健太", { ...arrived(-2), attentive: false })],
    }),
  ];
}

function runningVisits(): RoomCard[] {
  const inRoom = { whereabouts: "in_room", admitted: true, media } as const;
  return [
    visit(4, -45, {
      phase: "in_consultation",
      meter: {
        doctor_in_room_ms: 31 * 60_000,
        running: true,
        units: 2,
        additional_participants: 1,
        total_yen_ex_tax: 300,
        price,
      },
      participants: [
        someone("p4", "patient", "グエン　ティ　ラン", { ...inRoom, ...tested() }),
        someone("dr-mori", "doctor", "森　恵子", inRoom),
        someone("g2", "interpreter", "Lê Minh Anh", { ...inRoom, media: { video: false, audio: true } }),
        someone("g3", "family", "グエン　ヴァン", arrived(-1)),
      ],
    }),
  ];
}

/** A board on which everything a card can say is said somewhere. */
export function sampleBoard(): BoardFrame {
  const ended = { phase: "ended", bill_revision: 1 } as const;
  const cards = [
    visit(0, -6, {}),
    visit(5, 8, { is_test: true }),
    visit(6, 35, {
      participants: [someone("p6", "patient", "伊藤　翔太", { whereabouts: "left", since: minutesFromNow(-30) })],
    }),
    ...waitingVisits(),
    ...runningVisits(),
    visit(7, -90, {
      ...ended,
      ended_at: minutesFromNow(-62),
      meter: {
        doctor_in_room_ms: 1_260_000,
        running: false,
        units: 1,
        additional_participants: 0,
        total_yen_ex_tax: 100,
        price,
      },
    }),
    visit(8, -60, {
      ...ended,
      ended_at: minutesFromNow(-15),
      meter: {
        doctor_in_room_ms: 2_460_000,
        running: false,
        units: 2,
        additional_participants: 1,
        total_yen_ex_tax: 300,
        price,
      },
    }),
    visit(9, -30, { phase: "cancelled" }),
  ];
  return {
    type: "board",
    epoch: 1,
    seq: 100,
    at: minutesFromNow(0),
    clinic: { name: "さくら内科クリニック" },
    doctors: [
      { doctor: "dr-mori", name: "森　恵子" },
      { doctor: "dr-sato", name: "佐藤　一郎" },
    ],
    cards,
  };
}
