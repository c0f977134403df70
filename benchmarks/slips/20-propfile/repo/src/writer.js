/** Writing of .properties files. */

import { escape } from './escapes.js';

/** Return the text form of a key. */
export function formatKey(key) {
  return escape(key, ' =:#!');
}

/** Return the text form of a value; only a leading blank needs an escape. */
export function formatValue(value) {
  const text = escape(String(value), '');
  return text.startsWith(' ') ? `\\${text}` : text;
}

/** Return an entry as a line, without its line end. */
export function formatEntry(key, value) {
  return `${formatKey(key)}=${formatValue(value)}`;
}

/** Return the comment as comment lines. */
export function formatComment(comment) {
  return comment.split('\n').map((line) => `# ${line}`.trimEnd());
}

/** Return the text of a file with the entries of a Map, sorted by key. */
export function stringify(entries, { comment } = {}) {
  const lines = comment ? formatComment(comment) : [];
  for (const key of [...entries.keys()].sort()) {
    lines.push(formatEntry(key, entries.get(key)));
  }
  return lines.map((line) => `${line}\n`).join('');
}
