// @vitest-environment happy-dom
import { h, render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { useBackGuard } from "../../visit/back_guard";

/** Goes back as browsers do: after `back` has returned. */
class LateHistory {
  private readonly entries: unknown[];
  private readonly going: (() => void)[] = [];

  constructor(...entries: unknown[]) {
    this.entries = entries;
  }

  get state(): unknown {
    return this.entries.at(-1);
  }

  get depth(): number {
    return this.entries.length;
  }

  pushState(state: unknown): void {
    this.entries.push(state);
  }

  back(): void {
    this.going.push(() => {
      this.entries.pop();
      window.dispatchEvent(new Event("popstate"));
    });
  }

  arrive(): void {
    act(() => this.going.splice(0).forEach((go) => go()));
  }
}

const goBack = vi.fn();

function Page(props: { guarded: boolean }): null {
  useBackGuard(props.guarded ? goBack : undefined);
  return null;
}

function show(guarded: boolean): void {
  act(() => render(h(Page, { guarded }), document.body));
}

function begin(...entries: unknown[]): LateHistory {
  const browser = new LateHistory(...entries);
  vi.stubGlobal("history", browser);
  return browser;
}

describe("the phone's Back", () => {
  beforeEach(() => goBack.mockClear());

  afterEach(() => {
    act(() => render(null, document.body));
    vi.unstubAllGlobals();
  });

  it("takes the page's own way back, each time", () => {
    const browser = begin(null);
    show(true);
    for (let times = 1; times <= 2; times += 1) {
      browser.back();
      browser.arrive();
      expect(goBack).toHaveBeenCalledTimes(times);
      expect(browser.depth).toBe(2);
    }
  });

  it("leaves the page where it has no way back", () => {
    const browser = begin(null);
    show(true);
    show(false);
    browser.arrive();
    expect(browser.depth).toBe(1);
    expect(goBack).not.toHaveBeenCalled();
  });

  it("is not taken for pressed when a reloaded page wants its guard again at once", () => {
    const browser = begin(null, { backGuard: true });
    show(false);
    show(true);
    browser.arrive();
    expect(goBack).not.toHaveBeenCalled();
    expect(browser.depth).toBe(2);
    browser.back();
    browser.arrive();
    expect(goBack).toHaveBeenCalledTimes(1);
  });
});
