/** Helpers on words. */

/** Split text into words at any white space; no empty words. */
export function splitWords(text) {
  return text.split(/\s+/).filter((word) => word.length > 0);
}

/**
 * Cut a word into pieces of `width` characters; the last piece may be shorter.
 * The pieces put together give the word again. A word that fits comes back as the only piece.
 */
export function chop(word, width) {
  if (width < 1) {
    throw new RangeError('width must be at least 1');
  }
  const pieces = [];
  for (let at = 0; at < word.length; at += width) {
    pieces.push(word.slice(at, at + width - 1));
  }
  return pieces;
}

/** Make the first letter upper case. */
export function capitalize(word) {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** Turn a key such as "unitPrice" or "unit_price" into "Unit price". */
export function titleFromKey(key) {
  const spaced = key.replace(/_/g, ' ').replace(/([a-z])([A-Z])/g, '$1 $2');
  return capitalize(spaced.toLowerCase());
}
