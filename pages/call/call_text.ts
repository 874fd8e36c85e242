import type { CallQuality } from "../client";
import { catalogue } from "../shared/language";
import type { MediaProblem } from "./media_problem";

export const callText = catalogue(
  {
    heading: "オンライン診療",
    joining: "映像と音声をつないでいます…",
    alone: "ほかの方の映像を待っています。",
    doctorAway: "医師が席を外しています。このままお待ちください。",
    enlarge: (name: string) => `${name}を大きく表示`,
    you: "あなた",
    waiting: "接続を待っています",
    cameraOff: "カメラオフ",
    muted: "マイクオフ",
    unstable: "接続が不安定です",
    notRecorded: "録音・録画は行われません。録画・撮影はご遠慮ください。",
    cameraAndMicrophone: "カメラ・マイク",
    goesOnWithoutPicture: "このままでも、音声で診察を続けられます。",
    goesOnWithoutSound: "このままでも、相手の映像と音声は届きます。",
    tryDevices: "もう一度試す",
    flip: "前面・背面のカメラを切り替える",
    noChoice: "選べる機器はほかにありません。",
    mute: "マイクをオフ",
    unmute: "マイクをオン",
    videoOff: "カメラをオフ",
    videoOn: "カメラをオン",
    microphone: "マイク",
    camera: "カメラ",
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
    doctorAway: "The doctor is not in the room. Please wait.",
    enlarge: (name: string) => `Show ${name} large`,
    you: "You",
    waiting: "Waiting for the connection",
    cameraOff: "Camera off",
    muted: "Microphone off",
    unstable: "Connection unstable",
    notRecorded: "Nothing is recorded. Please do not record or photograph.",
    cameraAndMicrophone: "Camera and microphone",
    goesOnWithoutPicture: "The consultation can go on with sound only.",
    goesOnWithoutSound: "You still see and hear the others.",
    tryDevices: "Try again",
    flip: "Switch between front and back camera",
    noChoice: "There is no other device to choose.",
    mute: "Mic off",
    unmute: "Mic on",
    videoOff: "Camera off",
    videoOn: "Camera on",
    microphone: "Mic",
    camera: "Camera",
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
    refused: (name: string) => `${name}の使用が許可されていません。`,
    missing: (name: string) => `${name}が見つかりません。`,
    busy: (name: string) => `${name}を使えません。ほかのアプリで使われている可能性があります。`,
    unsupported: (name: string) => `このブラウザでは${name}を使えません。`,
  },
  {
    refused: (name: string) => `${name}: access was not allowed.`,
    missing: (name: string) => `${name}: no device was found.`,
    busy: (name: string) => `${name}: it cannot be used. Another app may have it.`,
    unsupported: (name: string) => `${name}: not available in this browser.`,
  },
);

/** `name` of the device, as the person knows it. */
export function mediaProblemText(problem: MediaProblem, name: string): string {
  return problems()[problem](name);
}
