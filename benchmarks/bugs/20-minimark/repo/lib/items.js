'use strict';

const ITEM = /^(\s*)([-*+]|\d+\.)\s+(.*)$/;

/** An item of a list: how far it is indented, of which kind it is, its text. */
function readItem(line) {
  const match = ITEM.exec(line);
  if (!match) return null;
  const indent = match[1].replaceAll('\t', '    ').length;
  return { indent, tag: /\d/.test(match[2]) ? 'ol' : 'ul', text: match[3] };
}

module.exports = { readItem };
