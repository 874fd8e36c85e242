/** What one other person is sent of this device's picture. */
export interface SendLimit {
  /** Bits a second. */
  max_bitrate: number;
  /** Divides width and height. */
  scale_down: number;
}

/**
 * A mesh sends the picture once to each other device, so the more there are, the less each gets: together it stays near
 * what a phone's uplink carries (1.5 Mbit/s).
 */
export function sendLimit(others: number): SendLimit {
  if (others <= 2) return { max_bitrate: 750_000, scale_down: 1 };
  if (others === 3) return { max_bitrate: 500_000, scale_down: 1 };
  return { max_bitrate: 300_000, scale_down: 1.5 };
}
