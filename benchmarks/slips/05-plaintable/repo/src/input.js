/** Reading rows from text. */

/** Parse lines of "key=value; key=value" into rows; empty lines are skipped. */
export function parseRows(text) {
  return text
    .split('\n')
    .filter((line) => line.trim())
    .map((line) => {
      const row = {};
      for (const part of line.split(';')) {
        const at = part.indexOf('=');
        if (at < 0) continue;
        row[part.slice(0, at).trim()] = part.slice(at + 1).trim();
      }
      return row;
    });
}

/** Return the keys of all rows in order of their first use. */
export function keysOf(rows) {
  const keys = new Set();
  for (const row of rows) {
    for (const key of Object.keys(row)) {
      keys.add(key);
    }
  }
  return [...keys];
}
