import { describe, expect, it } from "vitest";
import { externalAddress, inAppBrowser } from "../../shared/in_app_browser";

const safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";

describe("a browser inside an app", () => {
  it("is told by what it calls itself", () => {
    expect(inAppBrowser(`${safari} Safari Line/14.8.0`)).toBe("line");
    expect(inAppBrowser(`${safari} Mobile/15E148 [FBAN/FBIOS;FBAV/470.0]`)).toBe("other");
    expect(inAppBrowser(`${safari} Mobile/15E148 Instagram 330.0`)).toBe("other");
    expect(inAppBrowser("Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/AP1A; wv) AppleWebKit/537.36 Chrome/126 Mobile")).toBe("other");
  });

  it("is not Safari, Chrome or Firefox itself", () => {
    expect(inAppBrowser(`${safari} Version/17.5 Mobile/15E148 Safari/604.1`)).toBeUndefined();
    expect(inAppBrowser("Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36")).toBeUndefined();
    expect(inAppBrowser(`${safari} FxiOS/127.0 Mobile/15E148 Safari/605.1.15`)).toBeUndefined();
  });

  it("hands the whole link on to the phone's browser, its token in the fragment", () => {
    expect(externalAddress("https://machiai.example/p/sakura#token=eyJ.a-b_c.d")).toBe(
      "https://machiai.example/p/sakura?openExternalBrowser=1#token=eyJ.a-b_c.d",
    );
    expect(externalAddress("https://machiai.example/g/sakura/v1#AbC-1.s_e")).toBe(
      "https://machiai.example/g/sakura/v1?openExternalBrowser=1#AbC-1.s_e",
    );
  });
});
