import { signal } from "@preact/signals";
import type { ComponentType, JSX } from "preact";
import { useEffect } from "preact/hooks";
import { MessagePage } from "./message_page";
import { Spinner } from "./spinner";
import { texts } from "./texts";

export interface LazyPart<Props> {
  Part(props: Props): JSX.Element;
  /** Fetches it before it is needed, so that it is there when the network is not. */
  prefetch(): void;
}

/** A component with a file of its own, fetched when it is first needed or before. */
export function lazyPart<Props extends object>(load: () => Promise<ComponentType<Props>>): LazyPart<Props> {
  const loaded = signal<{ component: ComponentType<Props> } | undefined>(undefined);
  const failed = signal(false);
  const fetch = async (): Promise<void> => {
    if (loaded.value !== undefined) return;
    try {
      loaded.value = { component: await load() };
      failed.value = false;
    } catch {
      failed.value = true;
    }
  };
  const Part = (props: Props): JSX.Element => {
    useEffect(() => {
      const again = () => void fetch();
      again();
      window.addEventListener("online", again);
      return () => window.removeEventListener("online", again);
    }, []);
    const found = loaded.value;
    if (found !== undefined) return <found.component {...props} />;
    return failed.value ? <LoadFailed /> : <Spinner text={texts().preparing} />;
  };
  return { Part, prefetch: () => void fetch() };
}

function LoadFailed(): JSX.Element {
  const text = texts();
  return (
    <MessagePage icon="network_off" tone="doubt" heading={text.online.unreachable} text={text.loadFailed}>
      <button type="button" class="button primary large" onClick={() => location.reload()}>
        {text.reload}
      </button>
    </MessagePage>
  );
}
