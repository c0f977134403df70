/** A map of limited size which forgets what was used longest ago. */

export class LruStore {
  /** @param {number} capacity largest number of keys kept */
  constructor(capacity) {
    if (!(capacity >= 1)) throw new RangeError('capacity must be at least 1');
    this.capacity = capacity;
    this.items = new Map();
  }

  /** Number of keys kept. */
  get size() {
    return this.items.size;
  }

  /** Return the value of a key and mark it as used; undefined if absent. */
  get(key) {
    if (!this.items.has(key)) return undefined;
    const value = this.items.get(key);
    this.items.delete(key);
    this.items.set(key, value);
    return value;
  }

  /** Store a value, dropping the key unused for longest if it is full. */
  set(key, value) {
    this.items.delete(key);
    this.items.set(key, value);
    if (this.items.size > this.capacity) {
      this.items.delete(this.items.keys().next().value);
    }
  }

  /** Forget a key; true if it was there. */
  delete(key) {
    return this.items.delete(key);
  }
}
