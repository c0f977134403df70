/** The time in milliseconds. */
export const systemClock = { now: () => Date.now() };

/** A clock that only moves when told to; for tests. */
export class ManualClock {
  constructor(now = 0) {
    this.time = now;
  }

  now() {
    return this.time;
  }

  advance(milliseconds) {
    this.time += milliseconds;
  }
}
