import { Pool } from './pool.js';

/** The pools of all clients, each made when it is first asked for. */
export class Shelf {
  constructor(limit = 10_000) {
    this.limit = limit;
    this.pools = new Map();
  }

  pool(key, rule, now) {
    let pool = this.pools.get(key);
    if (!pool) {
      if (this.pools.size >= this.limit) this.sweep(now);
      pool = new Pool(rule, now);
      this.pools.set(key, pool);
    }
    return pool;
  }

  /** Forget pools that are full, as a new one would be just the same. */
  sweep(now) {
    for (const [key, pool] of this.pools) {
      if (pool.isIdle(now)) this.pools.delete(key);
    }
  }

  get size() {
    return this.pools.size;
  }
}
