import type { CallQuality } from "../client";
import { catalogue } from "../shared/language";
import type { MediaProblem } from "./media_problem";

export const callText = catalogue(
  {
    heading: "オンライン診療",
    joining: "映像と音声をつないでいます…",
    alone: "ほかの方の映像を待っています。",
    you: "あなた",
    waiting: "接続を待っています",
    cameraOff: "カメラオフ",
    muted: "マイクオフ",
    unstable: "接続が不安定です",
    notRecorded: "この診療は録音・録画されません。画面の録画や撮影はご遠慮ください。",
    mute: "マイクをオフ",
    unmute: "マイクをオン",
    videoOff: "カメラをオフ",
    videoOn: "カメラをオン",
    microphone: "マイク",
    camera: "カメラ",
    view: "表示",
    grid: "一覧表示にする",
    speaker: "話し手を大きく表示する",
    people: "参加者",
    peopleHeading: "参加している方",
    settings: "機器の設定",
    settingsHeading: "機器の設定",
    close: "閉じる",
    chooseCamera: "使うカメラ",
    chooseMicrophone: "使うマイク",
    chooseSpeaker: "使うスピーカー",
    standard: "標準の機器",
    hear: "タップして音声を聞く",
    inRoom: "診察室",
    inWaitingRoom: "待合室",
    joined: (name: string) => `${name} さんの映像がつながりました`,
    gone: (name: string) => `${name} さんの映像が切れました`,
    full: "この通話は人数の上限に達しています。どなたかが退出すると自動でつながります。",
    refused: "映像と音声をつなげません。",
    again: "もう一度つなぐ",
    control: "通話の操作",
  },
  {
    heading: "Online consultation",
    joining: "Connecting picture and sound…",
    alone: "Waiting for the others' picture.",
    you: "You",
    waiting: "Waiting for the connection",
    cameraOff: "Camera off",
    muted: "Microphone off",
    unstable: "Connection unstable",
    notRecorded: "This consultation is not recorded. Please do not record or photograph it.",
    mute: "Mute",
    unmute: "Unmute",
    videoOff: "Turn camera off",
    videoOn: "Turn camera on",
    microphone: "Mic",
    camera: "Camera",
    view: "View",
    grid: "Show everybody alike",
    speaker: "Show the speaker large",
    people: "People",
    peopleHeading: "Who is here",
    settings: "Devices",
    settingsHeading: "Device settings",
    close: "Close",
    chooseCamera: "Camera",
    chooseMicrophone: "Microphone",
    chooseSpeaker: "Speaker",
    standard: "Default device",
    hear: "Tap to hear",
    inRoom: "In the room",
    inWaitingRoom: "Waiting room",
    joined: (name: string) => `${name}: picture connected`,
    gone: (name: string) => `${name}: picture lost`,
    full: "This call is full. You will be connected as soon as somebody leaves.",
    refused: "Picture and sound cannot be connected.",
    again: "Try again",
    control: "Call controls",
  },
);

const qualities = catalogue(
  { good: "通信良好", fair: "通信やや不安定", poor: "通信不安定", lost: "通信途絶" },
  { good: "Good connection", fair: "Fair connection", poor: "Poor connection", lost: "No connection" },
);

export function qualityText(quality: CallQuality): string {
  return qualities()[quality];
}

const problems = catalogue(
  {
    refused: "カメラ・マイクの使用が許可されていません。",
    missing: "機器が見つかりません。",
    busy: "機器がほかのアプリで使われています。",
    unsupported: "このブラウザではカメラ・マイクを使えません。",
  },
  {
    refused: "Camera or microphone is not allowed.",
    missing: "No device was found.",
    busy: "Another app is using the device.",
    unsupported: "This browser cannot use camera and microphone.",
  },
);

export function mediaProblemText(problem: MediaProblem): string {
  return problems()[problem];
}
