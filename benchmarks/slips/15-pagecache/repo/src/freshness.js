/** How long a response may be used. */

import { normalize, parseCacheControl, parseDate } from './headers.js';

/** Return the whole number of seconds of a directive; 0 if missing or bad. */
function seconds(value) {
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : 0;
}

/** Milliseconds until the Expires header is reached; 0 if there is none. */
function untilExpires(headers, now) {
  const expires = parseDate(headers.expires);
  return Number.isNaN(expires) ? 0 : Math.max(0, expires - now);
}

/**
 * Work out how long a response can be kept.
 *
 * Returns null when it must not be stored, else `{freshMs, staleMs}`, both in
 * milliseconds: for `freshMs` it is fresh and for `staleMs` after that it may
 * be served stale while a new copy is fetched.
 */
export function lifetimes(rawHeaders, now) {
  const headers = normalize(rawHeaders);
  const directives = parseCacheControl(headers['cache-control']);
  if (directives['no-store'] || directives.private) return null;
  const maxAge = directives['s-maxage'] ?? directives['max-age'];
  let freshMs;
  if (directives['no-cache']) freshMs = 0;
  else if (maxAge !== undefined) freshMs = seconds(maxAge) * 1000;
  else freshMs = untilExpires(headers, now);
  const staleMs = seconds(directives['stale-while-revalidate']);
  return freshMs + staleMs > 0 ? { freshMs, staleMs } : null;
}
