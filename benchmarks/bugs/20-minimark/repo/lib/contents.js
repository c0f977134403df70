'use strict';

const { renderItems } = require('./nesting');
const { slugger } = require('./slugs');

/** A nested list of links to the headings down to a depth. */
function contents(blocks, depth) {
  const slug = slugger();
  const items = [];
  for (const block of blocks) {
    if (block.type !== 'heading') continue;
    const id = slug(block.text);
    if (block.level <= depth) {
      items.push({ indent: block.level, tag: 'ul', text: `[${block.text}](#${id})` });
    }
  }
  return renderItems(items);
}

module.exports = { contents };
