'use strict';

const { splitBlocks } = require('./blocks');
const { renderBlock } = require('./html');
const { slugger } = require('./slugs');
const { contents } = require('./contents');

/** A whole document as HTML. */
function toHtml(source) {
  const slug = slugger();
  return splitBlocks(source)
    .map((block) => renderBlock(block, slug))
    .join('\n');
}

/** The table of contents of a document, as HTML. */
function toc(source, depth = 3) {
  return contents(splitBlocks(source), depth);
}

module.exports = { toHtml, toc };
