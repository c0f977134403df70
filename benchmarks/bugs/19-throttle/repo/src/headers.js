/** What a client is told about its limit. */
export function headersFor(pool, allowed, waitMs) {
  const headers = {
    'X-RateLimit-Limit': String(pool.capacity),
    'X-RateLimit-Remaining': String(Math.floor(pool.tokens)),
  };
  if (!allowed && Number.isFinite(waitMs)) {
    headers['Retry-After'] = String(Math.ceil(waitMs / 1000));
  }
  return headers;
}
