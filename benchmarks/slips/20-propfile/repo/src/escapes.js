/** Escapes in keys and values. */

const CONTROL = { n: '\n', t: '\t', r: '\r', f: '\f' };
const NAMES = { '\n': 'n', '\t': 't', '\r': 'r', '\f': 'f' };

/** Return the character whose four hex digits start at `at`. */
export function unicodeAt(text, at) {
  const digits = text.slice(at, at + 4);
  if (!/^[0-9a-fA-F]{4}$/.test(digits)) {
    throw new SyntaxError(`bad unicode escape: \\u${digits}`);
  }
  return String.fromCharCode(parseInt(digits, 16));
}

/**
 * Replace the escapes of a raw key or value with the characters they mean:
 * control characters, four digit unicode escapes, else the character itself.
 */
export function unescape(text) {
  let out = '';
  let i = 0;
  while (i < text.length) {
    if (text[i] !== '\\') {
      out += text[i];
      i += 1;
      continue;
    }
    i += 1;
    const code = text[i] ?? '';
    out += CONTROL[code] ?? code;
    i += 1;
  }
  return out;
}

/**
 * Escape a key or value so that reading it gives the same text again.
 * Only characters of printable ASCII are left; `special` are the characters
 * that get a backslash.
 */
export function escape(text, special) {
  let out = '';
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i];
    if (NAMES[char]) out += `\\${NAMES[char]}`;
    else if (char === '\\' || special.includes(char)) out += `\\${char}`;
    else if (char < ' ' || char > '~') {
      out += `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`;
    } else out += char;
  }
  return out;
}
