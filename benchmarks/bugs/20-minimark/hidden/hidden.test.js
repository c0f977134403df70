'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { renderItems } = require('../lib/nesting');

function render(...indents) {
  return renderItems(indents.map((indent) => ({ indent, tag: 'ul', text: String(indent) })));
}

test('hidden: three levels back', () => {
  assert.equal(
    render(0, 2, 4, 6, 0),
    '<ul><li>0<ul><li>2<ul><li>4<ul><li>6</li></ul></li></ul></li></ul></li><li>0</li></ul>',
  );
});

test('hidden: two of three levels back', () => {
  assert.equal(
    render(0, 2, 4, 6, 2),
    '<ul><li>0<ul><li>2<ul><li>4<ul><li>6</li></ul></li></ul></li><li>2</li></ul></li></ul>',
  );
});

test('hidden: tags are balanced', () => {
  for (const indents of [[], [0], [0, 4], [0, 1, 2, 3, 4, 5, 1, 3, 0], [0, 8, 0, 8]]) {
    const html = render(...indents);
    for (const tag of ['ul', 'li']) {
      assert.equal(html.split(`<${tag}>`).length, html.split(`</${tag}>`).length);
    }
  }
});

test('hidden: kinds are closed by their own tags', () => {
  const items = [
    { indent: 0, tag: 'ol', text: 'a' },
    { indent: 3, tag: 'ul', text: 'b' },
    { indent: 6, tag: 'ol', text: 'c' },
    { indent: 0, tag: 'ol', text: 'd' },
  ];
  assert.equal(renderItems(items), '<ol><li>a<ul><li>b<ol><li>c</li></ol></li></ul></li><li>d</li></ol>');
});
