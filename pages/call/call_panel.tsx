import { useEffect, useRef } from "preact/hooks";
import type { ComponentChildren, JSX } from "preact";
import { Icon } from "../shared/icons";
import { callText } from "./call_text";
import "./call_panel.css";

export interface CallPanelProps {
  heading: string;
  onClose(): void;
  children: ComponentChildren;
}

/** Lies over the pictures without covering the controls. Takes the focus, and gives it back when it closes. */
export function CallPanel({ heading, onClose, children }: CallPanelProps): JSX.Element {
  const text = callText();
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    title.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <section
      class="call-panel"
      aria-label={heading}
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
      }}
    >
      <header>
        <h2 ref={title} tabIndex={-1}>
          {heading}
        </h2>
        <button type="button" class="call-panel-close" aria-label={text.close} title={text.close} onClick={onClose}>
          <Icon name="cross" />
        </button>
      </header>
      {children}
    </section>
  );
}
