export type InAppBrowser = "line" | "other";

/** Apps that open links in a browser of their own, some of which give pages neither camera nor microphone. */
export function inAppBrowser(userAgent = navigator.userAgent): InAppBrowser | undefined {
  if (/\bLine\//.test(userAgent)) return "line";
  return /\b(FBAN|FBAV|Instagram|MicroMessenger|YJApp)\b|; wv\)/.test(userAgent) ? "other" : undefined;
}

/** The same page in the phone's own browser: LINE obeys this parameter (LINE's documentation, "LINE URL scheme"). */
export function externalAddress(address: string): string {
  const url = new URL(address);
  url.searchParams.set("openExternalBrowser", "1");
  return url.toString();
}
