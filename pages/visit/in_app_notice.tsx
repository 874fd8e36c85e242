import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { Icon } from "../shared/icons";
import { externalAddress, inAppBrowser } from "../shared/in_app_browser";
import { texts } from "./texts";

const copied = signal(false);

/** In a browser inside an app: the way out. `address` holds the whole link, fragment and all. */
export function InAppNotice({ address }: { address: string }): JSX.Element | null {
  const found = inAppBrowser();
  const text = texts().inApp;
  if (found === undefined) return null;
  return (
    <section class="notice doubt" aria-labelledby="in-app">
      <Icon name="warning" />
      <div class="stack">
        <div>
          <h2 id="in-app">{found === "line" ? text.line : text.other}</h2>
          <p>{found === "line" ? text.lineMore : text.otherMore}</p>
        </div>
        {found === "line" ? (
          <a class="button primary large" href={externalAddress(address)}>
            {text.lineOpen}
          </a>
        ) : (
          navigator.clipboard !== undefined && (
            <button
              type="button"
              class="button large"
              onClick={() => void navigator.clipboard.writeText(address).then(() => (copied.value = true))}
            >
              <Icon name={copied.value ? "check" : "copy"} />
              {copied.value ? text.copied : text.copy}
            </button>
          )
        )}
      </div>
    </section>
  );
}
