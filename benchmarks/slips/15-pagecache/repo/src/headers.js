/** Reading of response headers. */

/** Return a copy of the headers with lower case names. */
export function normalize(headers = {}) {
  const result = {};
  for (const [name, value] of Object.entries(headers)) {
    result[name.toLowerCase()] = String(value).trim();
  }
  return result;
}

/**
 * Parse a Cache-Control value into an object. Directives without a value are
 * `true`; values stay strings, without their quotes.
 */
export function parseCacheControl(text = '') {
  const directives = {};
  for (const part of text.split(',')) {
    const [name, ...rest] = part.split('=');
    const key = name.trim().toLowerCase();
    if (!key) continue;
    const value = rest.join('=').trim().replace(/^"(.*)"$/, '$1');
    directives[key] = rest.length ? value : true;
  }
  return directives;
}

/** Milliseconds since the epoch of an HTTP date; NaN if not readable. */
export function parseDate(text) {
  return text === undefined ? NaN : Date.parse(text);
}
