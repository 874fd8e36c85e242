/** Of full scale: a voice at arm's length is above, a quiet room below. */
const voice_level = 0.02;
/** A knock is over sooner. */
const voice_ms = 300;
/** Between two looks more time than this was not listened to. */
const look_max_ms = 100;

/** Adds up how long something was heard: one word is enough, one knock is not. */
export class VoiceMeter {
  private heard_ms = 0;
  private lookedAt_ms: number | undefined;

  /** True once a voice was heard. `level`: of full scale, now. */
  note(level: number, now_ms: number): boolean {
    const passed_ms = Math.min(look_max_ms, now_ms - (this.lookedAt_ms ?? now_ms));
    this.lookedAt_ms = now_ms;
    if (level > voice_level) this.heard_ms += passed_ms;
    return this.heard_ms >= voice_ms;
  }
}
