import { expect, test, vi } from "vitest";
import { browserKind, helpText } from "../../call/help_text";
import { mediaProblem } from "../../call/media_problem";

const named = (name: string) => Object.assign(new Error("x"), { name });

test.each([
  ["NotAllowedError", "refused"],
  ["SecurityError", "refused"],
  ["NotFoundError", "missing"],
  ["OverconstrainedError", "missing"],
  ["NotReadableError", "busy"],
  ["AbortError", "busy"],
  ["TypeError", "unsupported"],
])("media: %s is %s", (name, problem) => {
  expect(mediaProblem(named(name))).toBe(problem);
});

test("media: what the system refuses is not the page's permission, and plain HTTP is neither", () => {
  expect(mediaProblem(Object.assign(new Error("Permission denied by system"), { name: "NotAllowedError" }))).toBe("system");
  vi.stubGlobal("isSecureContext", false);
  expect(mediaProblem(named("TypeError"))).toBe("insecure");
  vi.unstubAllGlobals();
});

const agents: [string, string][] = [
  ["Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 CriOS/126.0 Mobile/15E148 Safari/604.1", "ios_other"],
  ["Mozilla/5.0 (Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0", "android_firefox"],
  ["Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1", "ios"],
  ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1", "ios"],
  ["Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36", "android"],
  ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.5 Safari/605.1.15", "safari"],
  ["Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "firefox"],
  ["Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0", "chromium"],
];

test.each(agents)("help: %s is told what %s asks for", (agent, kind) => {
  expect(browserKind(agent, false)).toBe(kind);
  expect(browserKind(agent, true)).toBe("in_app");
});

test("help: a refused permission is mended in the browser, a missing device is not", () => {
  const kinds = ["ios", "ios_other", "android", "android_firefox", "safari", "firefox", "chromium", "in_app"] as const;
  expect(new Set(kinds.map((kind) => helpText("refused", kind))).size).toBe(kinds.length);
  expect(new Set(kinds.map((kind) => helpText("missing", kind))).size).toBe(1);
});
