'use strict';

const { escape } = require('./escape');
const { inline } = require('./inline');
const { renderItems } = require('./nesting');

const RENDERERS = {
  heading: ({ level, text }, slug) => `<h${level} id="${slug(text)}">${inline(text)}</h${level}>`,
  code: ({ language, text }) => {
    const attribute = language ? ` class="language-${escape(language)}"` : '';
    return `<pre><code${attribute}>${escape(text)}\n</code></pre>`;
  },
  quote: ({ text }) => `<blockquote>${inline(text.replaceAll('\n', ' '))}</blockquote>`,
  list: ({ items }) => renderItems(items),
  paragraph: ({ text }) => `<p>${inline(text)}</p>`,
};

/** One block as HTML. */
function renderBlock(block, slug) {
  return RENDERERS[block.type](block, slug);
}

module.exports = { renderBlock };
