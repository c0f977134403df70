/** Splitting of a file into logical lines. */

/** True if the text ends with an odd number of backslashes. */
export function continues(text) {
  let count = 0;
  while (count < text.length && text[text.length - 1 - count] === '\\') count += 1;
  return count % 2 === 1;
}

/**
 * Return the logical lines as `{text, number}`, without blank and comment
 * lines. Lines ending in a backslash are joined with the next one, whose
 * leading blanks are dropped. `number` is that of the first line, from 1.
 */
export function logicalLines(source) {
  const result = [];
  let current = null;
  source.split(/\r\n|\n|\r/).forEach((raw, index) => {
    const text = raw.trimStart();
    if (current === null) {
      if (text === '' || text[0] === '#' || text[0] === '!') return;
      current = { text: '', number: index + 1 };
      result.push(current);
    }
    const more = continues(text);
    current.text += more ? text.slice(0, -1) : text;
    if (!more) current = null;
  });
  return result;
}
