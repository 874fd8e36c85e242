import type { JSX } from "preact";

// 24-unit line drawings of our own; the text beside a picture says what it means, so all are hidden from screen readers.
const drawings = {
  camera: "M3 7.5A1.5 1.5 0 0 1 4.5 6h9A1.5 1.5 0 0 1 15 7.5v9a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 3 16.5zM15 11l6-3.5v9L15 13",
  camera_off: "M3 3l18 18M9.5 6h4A1.5 1.5 0 0 1 15 7.5V11l6-3.5v9M15 15.5v1a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 3 16.5v-9A1.5 1.5 0 0 1 4.5 6",
  microphone: "M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21M8.5 21h7",
  microphone_off: "M3 3l18 18M15 10V6a3 3 0 0 0-5.7-1.3M9 9v2a3 3 0 0 0 4.6 2.5M5.5 11a6.5 6.5 0 0 0 10.2 5.3M18.5 11a6.5 6.5 0 0 1-.6 2.7M12 17.5V21M8.5 21h7",
  speaker: "M4 9.5h3.5L12 6v12l-4.5-3.5H4zM15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11",
  speaker_off: "M4 9.5h3.5L12 6v12l-4.5-3.5H4zM16 9.5l5 5M21 9.5l-5 5",
  network: "M2.5 9a14 14 0 0 1 19 0M5.5 12.5a9.5 9.5 0 0 1 13 0M8.5 16a5 5 0 0 1 7 0M12 19.5h.01",
  network_off: "M3 3l18 18M2.5 9a14 14 0 0 1 4-2.6M11 5.3A14 14 0 0 1 21.5 9M5.5 12.5a9.5 9.5 0 0 1 4-2.4M8.5 16a5 5 0 0 1 7 0M12 19.5h.01",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5a7.5 7.5 0 0 1 15 0",
  people: "M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20a6.5 6.5 0 0 1 13 0M16 5a3.5 3.5 0 0 1 0 6.5M17.5 14a6.5 6.5 0 0 1 4 6",
  invite: "M10 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3.5 20a6.5 6.5 0 0 1 11-4.7M18 14v6M15 17h6",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  unlock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 6.7-1.4",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3.5 2",
  check: "M4.5 12.5l5 5 10-11",
  cross: "M6 6l12 12M18 6L6 18",
  warning: "M12 4l9 16H3zM12 10v4.5M12 17.3h.01",
  info: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5.5M12 7.8h.01",
  bell: "M6 17v-6a6 6 0 0 1 12 0v6l1.5 1.5h-15zM10 21h4",
  bell_off: "M3 3l18 18M6 17v-6c0-1 .3-2 .7-2.8M9.5 5.6A6 6 0 0 1 18 11v3M4.5 18.5H18M10 21h4",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  paper: "M6 3.5h8l4 4v13H6zM14 3.5v4h4M9 12h6M9 15.5h6",
  medicine: "M10.5 20.2a4.8 4.8 0 0 1-6.8-6.8l6.8-6.8a4.8 4.8 0 0 1 6.8 6.8zM7 10l6.9 6.9",
  hidden: "M3 3l18 18M6.5 6.8C4.5 8.1 3 10 2 12c1.8 3.6 5.5 6.5 10 6.5 1.6 0 3.1-.4 4.5-1M10 5.7A11 11 0 0 1 12 5.5c4.5 0 8.2 2.9 10 6.5-.6 1.2-1.4 2.3-2.3 3.2M9.9 9.9a3 3 0 0 0 4.2 4.2",
  swap: "M4 8h13l-3.5-3.5M20 16H7l3.5 3.5",
  grid: "M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z",
  focus: "M4 5h16v10H4zM6 19h3M10.5 19h3M15 19h3",
  leave: "M10 4H5v16h5M14 8l4 4-4 4M8.5 12H18",
  enter: "M14 4h5v16h-5M10 8l4 4-4 4M3.5 12H14",
  phone: "M5 3.5h4l1.5 5-2.5 1.8a12 12 0 0 0 5.7 5.7L15.5 13.5l5 1.5v4a1.5 1.5 0 0 1-1.6 1.5A16.5 16.5 0 0 1 3.5 5.1 1.5 1.5 0 0 1 5 3.5z",
  calendar: "M4 6h16v14H4zM4 10h16M8 3.5V8M16 3.5V8",
  history: "M3.5 12a8.5 8.5 0 1 0 2.8-6.3L3.5 8M3.5 3.5V8H8M12 7.5V12l3 2",
  card: "M3 6h18v12H3zM3 10h18M6 15h4",
  download: "M12 4v11M7.5 11l4.5 4.5 4.5-4.5M4.5 20h15",
  send_back: "M9 7l-5 5 5 5M4 12h11a5 5 0 0 1 5 5",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  settings: "M4 7h9M17 7h3M4 17h3M11 17h9M15 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM9 19.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
} as const;

export type IconName = keyof typeof drawings;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }): JSX.Element {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.8"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={drawings[name]} />
    </svg>
  );
}
