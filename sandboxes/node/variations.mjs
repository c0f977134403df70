// Values a little different from those that tests use: what a boundary, a sign or an empty collection would show.

const DEEPEST = 3;
const WIDEST = 6;

/** Acts, each of which changes one value inside a list or object in place; their order is the same in every process. */
export function* variations(holder, depth = 0) {
  if (depth > DEEPEST || !isCollection(holder)) return;
  for (const key of Object.keys(holder).slice(0, WIDEST)) {
    const value = holder[key];
    for (const other of others(value)) yield () => { holder[key] = other; };
    yield* variations(value, depth + 1);
  }
}

const isCollection = (value) => Array.isArray(value) || (value !== null && typeof value === 'object' && isPlainObject(value));
const isPlainObject = (value) => [Object.prototype, null].includes(Object.getPrototypeOf(value));

function others(value) {
  if (typeof value === 'boolean') return [!value];
  if (Number.isInteger(value)) return distinct(value, [value + 1, value - 1, 0, -value, value * 2]);
  if (typeof value === 'number') return distinct(value, [value + 0.5, 0, -value]);
  if (typeof value === 'string') return distinct(value, varied([...value]).map((parts) => parts.join('')).concat(swapped(value)));
  if (Array.isArray(value)) return value.length > 0 ? varied(value) : [];
  if (isCollection(value)) return Object.keys(value).length > 0 ? [Object.fromEntries(Object.entries(value).slice(1))] : [];
  return [];
}

const varied = (parts) => [[], parts.slice(0, -1), parts.slice(1), [...parts, ...parts.slice(-1)], [...parts].reverse()];
const swapped = (text) => [...text].map((c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase())).join('');
const distinct = (value, found) => [...new Set(found)].filter((other) => !Object.is(other, value));
