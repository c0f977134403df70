/** The cache itself. */

import { SystemClock } from './clock.js';
import { DEAD, Entry, FRESH } from './entry.js';
import { LruStore } from './lru.js';

export class PageCache {
  /** `fetcher(url)` resolves to `{body, headers}`. */
  constructor({ fetcher, clock = new SystemClock(), capacity = 100 }) {
    this.fetcher = fetcher;
    this.clock = clock;
    this.store = new LruStore(capacity);
    this.pending = new Map();
  }

  /** Fetch and store a page; calls for the same page share one fetch. */
  refresh(url) {
    if (!this.pending.has(url)) {
      const work = this.load(url).finally(() => this.pending.delete(url));
      this.pending.set(url, work);
    }
    return this.pending.get(url);
  }

  /** Fetch a page and store it if that is allowed. */
  async load(url) {
    const response = await this.fetcher(url);
    const entry = Entry.from(response, this.clock.now());
    if (entry) this.store.set(url, entry);
    else this.store.delete(url);
    return { body: response.body, stored: entry !== null };
  }

  /** Resolve to `{status, body}` of a page. */
  async get(url) {
    const entry = this.store.get(url);
    const state = entry ? entry.stateAt(this.clock.now()) : DEAD;
    if (state === FRESH) return { status: 'hit', body: entry.body };
    if (state === DEAD) {
      const { body, stored } = await this.refresh(url);
      return { status: stored ? 'miss' : 'bypass', body };
    }
    this.refresh(url).catch(() => {});
    return { status: 'stale', body: entry.body };
  }
}
