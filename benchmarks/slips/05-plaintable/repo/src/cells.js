/** Values of cells as lines. */
import { pad, wrapText } from './wrap.js';

/** Turn a value into text: nothing for null and undefined, "yes"/"no" for booleans. */
export function cellText(value) {
  if (value === null || value === undefined) return '';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return String(value);
}

/** Return the padded lines of one cell. */
export function cellLines(value, column) {
  return wrapText(cellText(value), column.width).map((line) => pad(line, column.width, column.align));
}

/** Return `lines` filled up with blank lines of this width to `height`. */
export function fillTo(lines, height, width) {
  const blank = ' '.repeat(width);
  const out = [...lines];
  while (out.length < height) out.push(blank);
  return out;
}
