'use strict';

const { escape } = require('./escape');

const RULES = [
  [/`([^`]+)`/, (match) => `<code>${escape(match[1])}</code>`],
  [/\[([^\]]+)\]\(([^)\s]+)\)/, (match) => `<a href="${escape(match[2])}">${inline(match[1])}</a>`],
  [/\*\*(.+?)\*\*/, (match) => `<strong>${inline(match[1])}</strong>`],
  [/\*(.+?)\*/, (match) => `<em>${inline(match[1])}</em>`],
];

/** The text of a line with everything in it that is marked up. */
function inline(text) {
  let first = null;
  for (const [pattern, render] of RULES) {
    const match = pattern.exec(text);
    if (match && (first === null || match.index < first.match.index)) {
      first = { match, render };
    }
  }
  if (first === null) return escape(text);
  const { match, render } = first;
  const rest = text.slice(match.index + match[0].length);
  return escape(text.slice(0, match.index)) + render(match) + inline(rest);
}

module.exports = { inline };
