import { useMemo } from "preact/hooks";
import type { JSX } from "preact";
import { encode } from "uqr";

/** A QR code as one path of unit squares, with the quiet zone of four that readers ask for. */
export function QrPicture({ text, label }: { text: string; label: string }): JSX.Element {
  const { size, path } = useMemo(() => drawing(text), [text]);
  return (
    <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shape-rendering="crispEdges">
      <path d={path} />
    </svg>
  );
}

function drawing(text: string): { size: number; path: string } {
  const { size, data } = encode(text, { ecc: "M", border: 4 });
  let path = "";
  data.forEach((row, y) => row.forEach((dark, x) => (path += dark ? `M${x} ${y}h1v1h-1z` : "")));
  return { size, path };
}
