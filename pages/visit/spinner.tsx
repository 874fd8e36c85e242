import type { JSX } from "preact";
import "./spinner.css";

export function Spinner({ text }: { text: string }): JSX.Element {
  return (
    <div class="spinner" role="status">
      <span class="spinner-ring" aria-hidden="true" />
      {text}
    </div>
  );
}
