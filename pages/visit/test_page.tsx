import type { ComponentChildren, JSX } from "preact";
import { texts } from "./texts";

/** Around the device test: the way back. */
export function TestPage({ onBack, children }: { onBack?: () => void; children: ComponentChildren }): JSX.Element {
  return (
    <div class="stack">
      {children}
      {onBack !== undefined && (
        <button type="button" class="button quiet wide" onClick={onBack}>
          {texts().back}
        </button>
      )}
    </div>
  );
}
