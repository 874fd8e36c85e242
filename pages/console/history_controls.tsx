import type { JSX } from "preact";
import { dayOf, serverNow } from "../shared/clock";
import { Icon } from "../shared/icons";
import { historyText } from "./history_text";
import { minuteOfDay, minuteText, type PastBoard } from "./past_board";

const last_minute = 24 * 60 - 1;

/** Day and minute, by mouse, finger or arrow keys. Today ends now. */
export function HistoryControls({ past }: { past: PastBoard }): JSX.Element {
  const text = historyText();
  const today = dayOf(serverNow());
  const limit = past.day.value === today ? minuteOfDay(serverNow()) : last_minute;
  const minute = past.minute.value;
  const choose = (next: number) => {
    past.limited.value = next > limit;
    past.minute.value = Math.min(limit, Math.max(0, next));
  };
  const chooseDay = (day: string) => {
    if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return;
    const now = minuteOfDay(serverNow());
    past.limited.value = day > today || (day === today && minute > now);
    past.day.value = day > today ? today : day;
    if (past.limited.value) past.minute.value = now;
  };
  return (
    <div class="history-controls card">
      <label class="field">
        <span>{text.date}</span>
        <input
          type="date"
          max={today}
          value={past.day.value}
          onChange={(event) => chooseDay(event.currentTarget.value)}
        />
      </label>
      <label class="field">
        <span>{text.time}</span>
        <input
          type="time"
          value={minuteText(minute)}
          onChange={(event) => {
            const [hour, rest] = event.currentTarget.value.split(":").map(Number);
            if (hour !== undefined && rest !== undefined) choose(hour * 60 + rest);
          }}
        />
      </label>
      <button
        type="button"
        class="button step"
        aria-label={text.earlier}
        title={text.earlier}
        onClick={() => choose(minute - 1)}
      >
        −1
      </button>
      <input
        type="range"
        class="minute-slider"
        min={0}
        max={limit}
        step={1}
        value={minute}
        aria-label={text.time}
        aria-valuetext={minuteText(minute)}
        onInput={(event) => choose(Number(event.currentTarget.value))}
      />
      <button
        type="button"
        class="button step"
        aria-label={text.later}
        title={text.later}
        onClick={() => choose(minute + 1)}
      >
        +1
      </button>
      <button type="button" class="button" onClick={() => past.toNow()}>
        <Icon name="clock" size={18} />
        {text.now}
      </button>
    </div>
  );
}
