/** Sources of the current time, in milliseconds since the epoch. */

/** The real time. */
export class SystemClock {
  /** Milliseconds since the epoch. */
  now() {
    return Date.now();
  }
}

/** A clock which moves only when told to. */
export class ManualClock {
  /** @param {number} start milliseconds since the epoch */
  constructor(start = 0) {
    this.time = start;
  }

  /** Milliseconds since the epoch. */
  now() {
    return this.time;
  }

  /** Move forward by a number of milliseconds. */
  advance(ms) {
    if (ms < 0) throw new RangeError('time does not run backwards');
    this.time += ms;
  }
}
