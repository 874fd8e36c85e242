import { catalogue } from "../shared/language";

export const historyText = catalogue(
  {
    heading: "過去の表示",
    lead: "受付ボードがその時刻にどう見えていたかを、記録から再現します。",
    date: "日付",
    time: "時刻",
    sawAt: (day: string, time: string) => `${day} ${time} の受付ボード`,
    earlier: "1分前へ",
    later: "1分後へ",
    now: "現在の時刻へ",
    loading: "再現しています",
    readOnly: "閲覧のみ",
    nothing: "この時刻には、予約の記録がありません。",
    notYet: "現在より先の時刻は選べません。現在の時刻を表示しています。",
  },
  {
    heading: "As it was",
    lead: "What reception saw at that minute, rebuilt from the records.",
    date: "Day",
    time: "Time",
    sawAt: (day, time) => `The board at ${time}, ${day}`,
    earlier: "One minute earlier",
    later: "One minute later",
    now: "To the present",
    loading: "Rebuilding",
    readOnly: "Read only",
    nothing: "There is no record of appointments at this time.",
    notYet: "The future cannot be chosen. This is the present minute.",
  },
);
