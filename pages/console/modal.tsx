import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface Props {
  labelledBy: string;
  onClose(): void;
  children: ComponentChildren;
}

/** A dialog over everything: the browser keeps the focus in it and gives it back. Escape closes it. */
export function Modal({ labelledBy, onClose, children }: Props): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    element?.showModal();
    return () => {
      element?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog ref={dialog} class="modal" aria-labelledby={labelledBy} onCancel={onClose}>
      {children}
    </dialog>
  );
}
