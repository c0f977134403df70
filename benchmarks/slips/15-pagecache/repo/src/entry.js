/** A stored response. */

import { lifetimes } from './freshness.js';

export const FRESH = 'fresh';
export const STALE = 'stale';
export const DEAD = 'dead';

/** One response together with the moments at which it ages. */
export class Entry {
  constructor(body, freshUntil, staleUntil) {
    this.body = body;
    this.freshUntil = freshUntil;
    this.staleUntil = staleUntil;
  }

  /** Build an entry from a response; null if it must not be stored. */
  static from(response, now) {
    const times = lifetimes(response.headers, now);
    if (times === null) return null;
    const freshUntil = now + times.freshMs;
    return new Entry(response.body, freshUntil, freshUntil + times.staleMs);
  }

  /** Return FRESH, STALE or DEAD for the given moment. */
  stateAt(now) {
    if (now < this.freshUntil) return FRESH;
    return now < this.staleUntil ? STALE : DEAD;
  }
}
