import { catalogue } from "../shared/language";

/** Why there is no console here, and what to do about it. */
export const refusalText = catalogue(
  {
    none: {
      heading: "ログイン用のリンクからお開きください",
      body: "この画面には、クリニックごとのリンクが必要です。管理者から受け取ったリンクをもう一度お開きください。",
    },
    garbled: {
      heading: "リンクが正しくありません",
      body: "リンクが途中で切れている可能性があります。元のリンクを全部コピーして、もう一度お開きください。",
    },
    unauthenticated: {
      heading: "このリンクでは入れません",
      body: "リンクがこのサーバーのものではないか、無効です。管理者に新しいリンクの発行をご依頼ください。",
    },
    expired: {
      heading: "リンクの有効期限が切れました",
      body: "管理者に新しいリンクの発行をご依頼ください。届いたリンクを開くと、続きからご利用いただけます。",
    },
    revoked: { heading: "このリンクは取り消されました", body: "お心当たりがない場合は、管理者へご連絡ください。" },
    role: {
      heading: "受付・医師用の画面です",
      body: "お持ちのリンクは別の画面のものです。患者様はご自分の予約のリンクから、招待された方は招待リンクからお入りください。",
    },
    replaced: {
      heading: "別のウィンドウで開かれました",
      body: "同じ画面が別の場所で開かれたため、こちらの表示を止めました。",
    },
    removed: { heading: "接続が終了しました", body: "クリニックの操作により接続を終了しました。" },
    fault: {
      heading: "接続を続けられませんでした",
      body: "画面とサーバーの版が合わない可能性があります。ページを読み込み直してください。",
    },
    useHere: "ここで使う",
    reload: "読み込み直す",
    howto: "管理者の方へ：リンクは次のコマンドで発行できます。",
  },
  {
    none: {
      heading: "Please open your sign-in link",
      body: "This page needs your clinic's link. Open the one your administrator gave you once more.",
    },
    garbled: {
      heading: "This link is not complete",
      body: "Part of it may be missing. Copy the whole link and open it again.",
    },
    unauthenticated: {
      heading: "This link does not open the console",
      body: "It belongs to another server or is not valid. Ask your administrator for a new link.",
    },
    expired: {
      heading: "This link has expired",
      body: "Ask your administrator for a new link. Opening it brings you back to where you were.",
    },
    revoked: { heading: "This link was withdrawn", body: "If you do not know why, please ask your administrator." },
    role: {
      heading: "This page is for reception and doctors",
      body: "Your link belongs to another page. Patients enter by the link of their appointment, guests by their invitation.",
    },
    replaced: {
      heading: "Opened in another window",
      body: "The same page was opened elsewhere, so this one has stopped.",
    },
    removed: { heading: "The connection has ended", body: "The clinic ended this connection." },
    fault: {
      heading: "The connection could not go on",
      body: "This page and the server may be of different versions. Please reload the page.",
    },
    useHere: "Use it here",
    reload: "Reload",
    howto: "For administrators: this command makes a link.",
  },
);
