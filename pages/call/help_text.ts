import { catalogue } from "../shared/language";
import type { MediaProblem } from "./media_problem";

export type BrowserKind = "ios" | "ios_other" | "android" | "android_firefox" | "safari" | "firefox" | "chromium" | "in_app";

/** By which steps a permission is given differs; the name of the browser is not to be trusted for anything else. */
export function browserKind(userAgent: string, inApp: boolean): BrowserKind {
  if (inApp) return "in_app";
  // Of these only Safari asks for each page; the others have what the system's settings give them.
  if (/CriOS|FxiOS|EdgiOS/.test(userAgent)) return "ios_other";
  if (/iPhone|iPad|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && /Mobile/.test(userAgent))) return "ios";
  if (/Android/.test(userAgent)) return /Firefox\//.test(userAgent) ? "android_firefox" : "android";
  if (/Firefox\//.test(userAgent)) return "firefox";
  return /Chrome\/|Chromium\//.test(userAgent) ? "chromium" : "safari";
}

const allow = catalogue(
  {
    ios: "アドレスバーの「ぁあ」または設定アイコンから「Webサイトの設定」を開き、カメラとマイクを「許可」にしてから、ページを読み込み直してください。",
    ios_other: "iPhone・iPadの「設定」からこのブラウザの項目を開き、「カメラ」と「マイク」をオンにしてから、ページを読み込み直してください。",
    android_firefox: "アドレスバー左の錠前のアイコンを押し、カメラとマイクの「ブロック」を解除してから、ページを読み込み直してください。",
    android: "アドレスバー左のアイコンから「権限」を開き、カメラとマイクを許可してから、ページを読み込み直してください。",
    safari: "メニューの「Safari」→「このWebサイトの設定」で、カメラとマイクを「許可」にしてから、ページを読み込み直してください。",
    firefox: "アドレスバーのカメラのアイコンを押し、ブロックを解除してから、もう一度お試しください。",
    chromium: "アドレスバー左のアイコンを押し、カメラとマイクを「許可」にしてから、もう一度お試しください。",
    in_app: "アプリ内のブラウザでは使えないことがあります。右上や下のメニューから「ほかのブラウザで開く」を選んでください。",
  },
  {
    ios: "Tap the “AA” or settings icon in the address bar, open Website Settings, allow camera and microphone, then reload the page.",
    ios_other: "Open Settings on the iPhone or iPad, find this browser there, turn Camera and Microphone on, then reload the page.",
    android_firefox: "Tap the lock left of the address, take the block off camera and microphone, then reload the page.",
    android: "Tap the icon left of the address, open Permissions, allow camera and microphone, then reload the page.",
    safari: "In the menu Safari → Settings for This Website, allow camera and microphone, then reload the page.",
    firefox: "Click the camera icon in the address bar, remove the block, then try again.",
    chromium: "Click the icon left of the address, allow camera and microphone, then try again.",
    in_app: "Browsers inside apps often give pages no camera. Choose “Open in another browser” from the menu.",
  },
);

const mend = catalogue(
  {
    missing: "機器がつながっているか確かめてから、もう一度お試しください。",
    system: "端末の「設定」の「プライバシー」または「アプリ」で、このブラウザにカメラとマイクを許可してから、もう一度お試しください。",
    insecure: "クリニックから届いた https で始まるリンクで開き直してください。",
    busy: "ほかのビデオ通話アプリなどを終了してから、もう一度お試しください。",
    unsupported: "最新の Safari、Chrome、Edge、Firefox で開いてください。",
  },
  {
    missing: "Check that the device is connected, then try again.",
    system: "In the device's settings, under privacy or apps, allow this browser camera and microphone, then try again.",
    insecure: "Open the link from the clinic that begins with https.",
    busy: "Close other apps that use it, such as video calls, then try again.",
    unsupported: "Please open this page in a current Safari, Chrome, Edge or Firefox.",
  },
);

/** What to do about a camera or microphone that gives nothing, in this browser. */
export function helpText(problem: MediaProblem, browser: BrowserKind): string {
  return problem === "refused" ? allow()[browser] : mend()[problem];
}
