import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** For the heading of a screen that takes another's place: the focus goes there, so that it is read out. */
export function useHeadingFocus(): RefObject<HTMLHeadingElement> {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  useEffect(() => window.scrollTo(0, 0), []);
  return heading;
}
