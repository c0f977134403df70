'use strict';

const { readItem } = require('./items');

/**
 * The blocks of a document: headings, code blocks, quotes, lists and
 * paragraphs. Blank lines end a block of any kind but code.
 */
function splitBlocks(source) {
  const lines = source.replace(/\r\n/g, '\n').split('\n');
  const blocks = [];
  let at = 0;
  const takeWhile = (test) => {
    const taken = [];
    while (at < lines.length && test(lines[at])) {
      taken.push(lines[at]);
      at += 1;
    }
    return taken;
  };
  while (at < lines.length) {
    const line = lines[at];
    const heading = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line);
    if (line.trim() === '') {
      at += 1;
    } else if (heading) {
      blocks.push({ type: 'heading', level: heading[1].length, text: heading[2] });
      at += 1;
    } else if (line.startsWith('```')) {
      at += 1;
      const code = takeWhile((text) => !text.startsWith('```'));
      at += 1;
      blocks.push({ type: 'code', language: line.slice(3).trim(), text: code.join('\n') });
    } else if (line.startsWith('>')) {
      const quoted = takeWhile((text) => text.startsWith('>'));
      blocks.push({ type: 'quote', text: quoted.map((text) => text.replace(/^> ?/, '')).join('\n') });
    } else if (readItem(line)) {
      blocks.push({ type: 'list', items: takeWhile((text) => readItem(text) !== null).map(readItem) });
    } else {
      const text = takeWhile((next) => next.trim() !== '' && !/^(#|>|```)/.test(next) && !readItem(next));
      blocks.push({ type: 'paragraph', text: text.map((part) => part.trim()).join(' ') });
    }
  }
  return blocks;
}

module.exports = { splitBlocks };
