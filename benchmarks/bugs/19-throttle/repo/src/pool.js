/**
 * Tokens that are taken out and come back with time.
 *
 * A pool is full at first. One whole token comes back after each `interval`
 * milliseconds, up to `capacity` of them.
 */
export class Pool {
  constructor({ interval, capacity }, now) {
    this.interval = interval;
    this.capacity = capacity;
    this.tokens = capacity;
    this.since = now;
  }

  /**
   * Put back the tokens that have come back up to now. `since` is the moment
   * up to which the time is accounted for: time that did not make a whole
   * token yet is not lost, but counts for the next one, however often this is
   * called. A full pool does not save time up. A clock that was set back
   * changes nothing.
   */
  refill(now) {
    const elapsed = now - this.since;
    if (elapsed <= 0) {
      return;
    }
    const fresh = Math.floor(elapsed / this.interval);
    if (this.tokens + fresh >= this.capacity) {
      this.tokens = this.capacity;
      this.since = now;
      return;
    }
    this.tokens += fresh;
    this.since = now;
  }

  /** Take tokens out if there are enough of them; says whether there were. */
  take(now, cost = 1) {
    this.refill(now);
    if (this.tokens < cost) return false;
    this.tokens -= cost;
    return true;
  }

  /** Milliseconds until there are so many tokens; Infinity if never. */
  wait(now, cost = 1) {
    if (cost > this.capacity) return Infinity;
    this.refill(now);
    const missing = cost - this.tokens;
    return missing <= 0 ? 0 : Math.ceil(this.since + missing * this.interval - now);
  }

  isIdle(now) {
    this.refill(now);
    return this.tokens === this.capacity;
  }
}
