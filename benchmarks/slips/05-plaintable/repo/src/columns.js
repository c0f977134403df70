/** Column descriptions. */
import { titleFromKey } from './words.js';

const ALIGNS = ['left', 'right', 'center'];

/** Complete one column: the title comes from the key, align is "left" and width 12 unless given. */
export function makeColumn(spec) {
  const given = typeof spec === 'string' ? { key: spec } : spec;
  const column = { title: titleFromKey(given.key), align: 'left', width: 12, ...given };
  if (!ALIGNS.includes(column.align)) {
    throw new Error(`unknown alignment ${column.align}`);
  }
  if (column.width < 1) {
    throw new RangeError(`column ${column.key} has no width`);
  }
  return column;
}

/** Complete all columns; two columns with the same key are an error. */
export function makeColumns(specs) {
  const columns = specs.map(makeColumn);
  const keys = new Set(columns.map((column) => column.key));
  if (keys.size !== columns.length) {
    throw new Error('duplicate column key');
  }
  return columns;
}

/** Return the width of a row of these columns with " | " between them. */
export function totalWidth(columns) {
  const sum = columns.reduce((all, column) => all + column.width, 0);
  return sum + 3 * Math.max(0, columns.length - 1);
}
