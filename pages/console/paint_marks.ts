// The marks by which a browser's timeline, and the browser test, see how long a frame takes to the screen.
const received = "frame:received";
const painted = "frame:painted";
const marks_kept_max = 1_000;

let waiting = false;
let number = 0;

/**
 * Marks that a frame came, and when its picture is through. Frames that come before the next picture share its marks.
 * A hidden page paints nothing: then one pair stays open until it is shown.
 */
export function markFrame(): void {
  if (waiting) return;
  waiting = true;
  number += 1;
  if (number % marks_kept_max === 0) {
    performance.clearMarks(received);
    performance.clearMarks(painted);
  }
  performance.mark(received, { detail: number });
  requestAnimationFrame(() => {
    const afterPaint = new MessageChannel();
    afterPaint.port1.onmessage = () => {
      waiting = false;
      performance.mark(painted, { detail: number });
      afterPaint.port1.close();
    };
    afterPaint.port2.postMessage(undefined);
  });
}
