import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { texts } from "./texts";
import "./dialog.css";

export interface DialogProps {
  heading: string;
  onClose(): void;
  /** Instead of the button that closes. */
  buttons?: ComponentChildren;
  children: ComponentChildren;
}

/** Over the page until it is closed, by button, Escape or a tap beside it; the browser minds the focus. */
export function Dialog({ heading, onClose, buttons, children }: DialogProps): JSX.Element {
  const element = useRef<HTMLDialogElement>(null);
  const headingId = useId();
  useEffect(() => {
    const dialog = element.current;
    // Safari before 15.4 has no modal dialogs: there it stands above the page without holding it back.
    if (dialog !== null && typeof dialog.showModal === "function") dialog.showModal();
    else dialog?.setAttribute("open", "");
    return () => dialog?.close?.();
  }, []);
  return (
    <dialog
      ref={element}
      class="dialog"
      aria-labelledby={headingId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === element.current) onClose();
      }}
    >
      <div class="dialog-content stack">
        <h2 id={headingId}>{heading}</h2>
        {children}
        <div class="dialog-buttons">
          {buttons ?? (
            <button type="button" class="button large wide" onClick={onClose}>
              {texts().close}
            </button>
          )}
        </div>
      </div>
    </dialog>
  );
}
