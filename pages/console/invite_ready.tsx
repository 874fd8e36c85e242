import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { JSX } from "preact";
import { Icon } from "../shared/icons";
import { actionText } from "./action_text";
import { QrPicture } from "./qr_picture";

/** The link, said once: to copy, or to be scanned from the screen. */
export function InviteReady({ link, name, party }: { link: string; name: string; party: string }): JSX.Element {
  const text = actionText();
  const field = useRef<HTMLInputElement>(null);
  const copied = useSignal<boolean | undefined>(undefined);
  const copy = async () => {
    field.current?.select();
    try {
      await navigator.clipboard.writeText(link);
      copied.value = true;
    } catch {
      copied.value = false;
    }
  };
  return (
    <div class="invite-ready">
      <p class="clip">
        <span class="badge">{party}</span> <bdi>{name}</bdi>
      </p>
      <QrPicture text={link} label={text.inviteQr} />
      <label class="field">
        <span>{text.inviteLink}</span>
        <input ref={field} readOnly value={link} dir="ltr" onFocus={(event) => event.currentTarget.select()} />
      </label>
      <button type="button" class="button primary" onClick={() => void copy()}>
        <Icon name={copied.value === true ? "check" : "copy"} />
        {copied.value === true ? text.copied : text.copy}
      </button>
      <p role="status" class={copied.value === false ? "problem" : "visually-hidden"}>
        {copied.value === undefined ? "" : copied.value ? text.copied : text.copyFailed}
      </p>
      <p class="notice doubt">
        <Icon name="info" />
        <span>{text.inviteOnce}</span>
      </p>
    </div>
  );
}
