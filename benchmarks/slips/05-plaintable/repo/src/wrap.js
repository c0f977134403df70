/** Wrapping of text to lines. */
import { chop, splitWords } from './words.js';

/** Wrap one paragraph greedily; returns at least one line. */
function wrapParagraph(text, width) {
  const lines = [];
  let line = '';
  for (const word of splitWords(text)) {
    const pieces = word.length > width ? chop(word, width) : [word];
    for (const piece of pieces) {
      if (line && line.length + 1 + piece.length <= width) {
        line += ' ' + piece;
      } else {
        if (line) lines.push(line);
        line = piece;
      }
    }
  }
  lines.push(line);
  return lines;
}

/**
 * Wrap text so that no line is longer than `width`.
 * Line breaks in the text are kept; an empty text gives one empty line.
 */
export function wrapText(text, width) {
  return text.split('\n').flatMap((part) => wrapParagraph(part, width));
}

/** Pad a line to `width`, aligned "left", "right" or "center". */
export function pad(line, width, align = 'left') {
  const space = Math.max(0, width - line.length);
  if (align === 'right') return ' '.repeat(space) + line;
  if (align === 'center') {
    const before = Math.floor(space / 2);
    return ' '.repeat(before) + line + ' '.repeat(space - before);
  }
  return line + ' '.repeat(space);
}
