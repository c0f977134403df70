/** References from values to other keys. */

const REFERENCE = /\$\{([^{}]+)\}/g;

/**
 * Return the value of a key with its references replaced. `lookup(key)`
 * gives raw values or undefined. Unknown references stay as they are; a
 * circle of references is an error.
 */
export function expand(key, lookup, trail = []) {
  if (trail.includes(key)) {
    throw new Error(`circular reference: ${[...trail, key].join(' > ')}`);
  }
  const raw = lookup(key);
  if (raw === undefined) return undefined;
  return raw.replace(REFERENCE, (whole, name) => (
    expand(name, lookup, [...trail, key]) ?? whole
  ));
}

/** Return the names that a raw value refers to. */
export function referencesOf(raw) {
  return [...raw.matchAll(REFERENCE)].map((match) => match[1]);
}
