import test from 'node:test';
import assert from 'node:assert/strict';
import { renderTable, wrapText } from '../src/index.js';

test('hidden: exact multiple of the width', () => {
  assert.deepEqual(wrapText('abcdef', 3), ['abc', 'def']);
});

test('hidden: width one', () => {
  assert.deepEqual(wrapText('abc', 1), ['a', 'b', 'c']);
});

test('hidden: no character is lost', () => {
  const word = 'x1y2z3'.repeat(9);
  for (const width of [2, 5, 7, 53]) {
    const lines = wrapText(word, width);
    assert.equal(lines.join(''), word);
    assert.ok(lines.every((line) => line.length <= width));
    assert.equal(lines[0].length, width);
  }
});

test('hidden: long title', () => {
  assert.deepEqual(renderTable([{ key: 'k', title: 'Quantity', width: 5 }], []).split('\n'), ['Quant', 'ity', '-----']);
});

test('hidden: fitting word is left alone', () => {
  assert.deepEqual(wrapText('abcd', 4), ['abcd']);
});
