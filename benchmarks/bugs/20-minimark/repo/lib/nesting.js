'use strict';

const { inline } = require('./inline');

/**
 * The items of a list block as HTML.
 *
 * An item that is indented more than the one before it opens a list within
 * that one. An item that is indented less closes every list that is deeper
 * than itself, however many there are, and goes on with the one outside of
 * them. A change of the kind of list at the same depth ends one list and
 * begins another. Every list and every item that is opened is closed again.
 */
function renderItems(items) {
  const out = [];
  const open = [];
  for (const { indent, tag, text } of items) {
    if (open.length > 1 && indent < open.at(-1).indent) {
      out.push(`</li></${open.pop().tag}>`);
    }
    const inner = open.at(-1);
    if (inner === undefined || indent > inner.indent) {
      out.push(`<${tag}>`);
      open.push({ indent, tag });
    } else if (tag !== inner.tag) {
      out.push(`</li></${inner.tag}><${tag}>`);
      inner.tag = tag;
    } else {
      out.push('</li>');
    }
    out.push(`<li>${inline(text)}`);
  }
  if (open.length > 0) {
    out.push(`</li></${open.pop().tag}>`);
  }
  return out.join('');
}

module.exports = { renderItems };
