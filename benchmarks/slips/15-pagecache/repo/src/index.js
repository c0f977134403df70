/** A small HTTP response cache. */

export { PageCache } from './pagecache.js';
export { LruStore } from './lru.js';
export { parseCacheControl } from './headers.js';
export { ManualClock, SystemClock } from './clock.js';
