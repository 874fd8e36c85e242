import { catalogue } from "../shared/language";

/** To the millisecond while it may be trusted; of an old screen what a person can grasp. */
const exact_until_ms = 10_000;

function ageJapanese(age_ms: number): string {
  if (age_ms < exact_until_ms) return `${age_ms.toLocaleString("en-US")} ms前`;
  const seconds = Math.floor(age_ms / 1_000);
  return seconds < 120 ? `${seconds}秒前` : `${Math.floor(seconds / 60)}分前`;
}

function ageEnglish(age_ms: number): string {
  if (age_ms < exact_until_ms) return `${age_ms.toLocaleString("en-US")} ms`;
  const seconds = Math.floor(age_ms / 1_000);
  return seconds < 120 ? `${seconds} s` : `${Math.floor(seconds / 60)} min`;
}

/** What stands around the pages: who, where, how fresh. */
export const consoleText = catalogue(
  {
    title: "受付コンソール",
    skip: "一覧へ移動",
    pages: "画面",
    board: "受付ボード",
    history: "過去の表示",
    usage: "利用明細",
    role: { staff: "受付スタッフ", doctor: "医師" },
    signedInAs: (role: string, id: string) => `${role}（${id}）`,
    sound: "通知音",
    soundOffer: "患者様が待合室に入ったとき、音でお知らせできます。",
    soundYes: "音で知らせる",
    soundNo: "音なしで使う",
    soundWaits: "画面に触れると鳴ります",
    desktop: "デスクトップ通知",
    desktopRefused: "ブラウザーの設定で通知が止められています",
    on: "オン",
    off: "オフ",
    mood: { opening: "接続しています", live: "最新", reconnecting: "再接続中", stale: "古い表示", ended: "切断" },
    proof: (age_ms: number) => `${ageJapanese(age_ms)}に確認`,
    connectNow: "今すぐつなぐ",
    reconnectingNow: "通信が切れました。つなぎ直しています。表示は切れた時点のものです。",
    staleNow: "この画面は古い表示です。つながるまで、患者様の状態は電話などでご確認ください。",
    arrivalTitle: "待合室に入りました",
    arrivalBody: (time: string, chart: string) => `${time} の予約　診察券番号 ${chart}`,
    arrivalBodyPlain: (time: string) => `${time} の予約`,
    arrivalSaid: (name: string, time: string) => `${name} 様（${time}の予約）が待合室に入りました。`,
    close: "閉じる",
    cancel: "やめる",
  },
  {
    title: "Reception console",
    skip: "Skip to the board",
    pages: "Pages",
    board: "Board",
    history: "As it was",
    usage: "Usage",
    role: { staff: "Reception", doctor: "Doctor" },
    signedInAs: (role, id) => `${role} (${id})`,
    sound: "Sound",
    soundOffer: "This desk can ring when somebody enters the waiting room.",
    soundYes: "Turn the sound on",
    soundNo: "Stay silent",
    soundWaits: "Sounds after a click on the page",
    desktop: "Desktop alerts",
    desktopRefused: "The browser's settings forbid notifications",
    on: "on",
    off: "off",
    mood: {
      opening: "Connecting",
      live: "Live",
      reconnecting: "Reconnecting",
      stale: "Out of date",
      ended: "Closed",
    },
    proof: (age_ms) => `checked ${ageEnglish(age_ms)} ago`,
    connectNow: "Connect now",
    reconnectingNow: "The connection is lost and being restored. What you see is as of then.",
    staleNow: "This screen is out of date. Until it is back, check on patients by other means.",
    arrivalTitle: "Somebody is waiting",
    arrivalBody: (time, chart) => `Appointment at ${time}, chart number ${chart}`,
    arrivalBodyPlain: (time) => `Appointment at ${time}`,
    arrivalSaid: (name, time) => `${name}, appointment at ${time}, is in the waiting room.`,
    close: "Close",
    cancel: "Cancel",
  },
);
