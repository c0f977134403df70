/** Parsing of .properties files. */

import { unescape } from './escapes.js';
import { logicalLines } from './lines.js';

const BLANK = ' \t\f';

/** Return the offset of the first unescaped separator of a line. */
export function keyEnd(text) {
  let i = 0;
  while (i < text.length && !`=:${BLANK}`.includes(text[i])) {
    i += text[i] === '\\' ? 2 : 1;
  }
  return Math.min(i, text.length);
}

/** Split a logical line into its raw key and raw value. */
export function splitLine(text) {
  const end = keyEnd(text);
  let at = end;
  while (at < text.length && BLANK.includes(text[at])) at += 1;
  if (text[at] === '=' || text[at] === ':') {
    at += 1;
    while (at < text.length && BLANK.includes(text[at])) at += 1;
  }
  return [text.slice(0, end), text.slice(at)];
}

/** Parse a file into a Map; a later line with the same key wins. */
export function parse(source) {
  const entries = new Map();
  for (const { text, number } of logicalLines(source)) {
    const [key, value] = splitLine(text);
    try {
      entries.set(unescape(key), unescape(value));
    } catch (error) {
      throw new SyntaxError(`line ${number}: ${error.message}`);
    }
  }
  return entries;
}
