import { catalogue } from "../shared/language";
import type { MediaProblem } from "./media_problem";

export type BrowserKind = "ios" | "android" | "safari" | "firefox" | "chromium" | "in_app";

/** By which steps a permission is given differs; the name of the browser is not to be trusted for anything else. */
export function browserKind(userAgent: string, inApp: boolean): BrowserKind {
  if (inApp) return "in_app";
  if (/iPhone|iPad|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && /Mobile/.test(userAgent))) return "ios";
  if (/Android/.test(userAgent)) return "android";
  if (/Firefox\//.test(userAgent)) return "firefox";
  return /Chrome\/|Chromium\//.test(userAgent) ? "chromium" : "safari";
}

const allow = catalogue(
  {
    ios: "アドレスバーの「ぁあ」または設定アイコンから「Webサイトの設定」を開き、カメラとマイクを「許可」にしてから、ページを読み込み直してください。",
    android: "アドレスバー左のアイコンから「権限」を開き、カメラとマイクを許可してから、ページを読み込み直してください。",
    safari: "メニューの「Safari」→「このWebサイトの設定」で、カメラとマイクを「許可」にしてから、ページを読み込み直してください。",
    firefox: "アドレスバーのカメラのアイコンを押し、ブロックを解除してから、もう一度お試しください。",
    chromium: "アドレスバー左のアイコンを押し、カメラとマイクを「許可」にしてから、もう一度お試しください。",
    in_app: "アプリ内のブラウザでは使えないことがあります。右上や下のメニューから「ほかのブラウザで開く」を選んでください。",
  },
  {
    ios: "Tap the “AA” or settings icon in the address bar, open Website Settings, allow camera and microphone, then reload the page.",
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
    busy: "ほかのビデオ通話アプリなどを終了してから、もう一度お試しください。",
    unsupported: "最新の Safari、Chrome、Edge、Firefox で開いてください。",
  },
  {
    missing: "Check that the device is connected, then try again.",
    busy: "Close other apps that use it, such as video calls, then try again.",
    unsupported: "Please open this page in a current Safari, Chrome, Edge or Firefox.",
  },
);

/** What to do about a camera or microphone that gives nothing, in this browser. */
export function helpText(problem: MediaProblem, browser: BrowserKind): string {
  return problem === "refused" ? allow()[browser] : mend()[problem];
}
