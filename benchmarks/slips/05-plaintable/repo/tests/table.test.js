import test from 'node:test';
import assert from 'node:assert/strict';
import { makeColumns, parseRows, renderTable } from '../src/index.js';
import { totalWidth } from '../src/columns.js';
import { cellLines } from '../src/cells.js';

test('titles come from keys', () => {
  assert.deepEqual(makeColumns(['unitPrice', 'sold_on']).map((c) => c.title), ['Unit price', 'Sold on']);
});

test('duplicate keys are refused', () => {
  assert.throws(() => makeColumns(['a', 'a']), /duplicate/);
});

test('unknown alignment is refused', () => {
  assert.throws(() => makeColumns([{ key: 'a', align: 'up' }]), /alignment/);
});

test('total width counts separators', () => {
  assert.equal(totalWidth(makeColumns([{ key: 'a', width: 4 }, { key: 'b', width: 5 }])), 12);
});

test('simple table', () => {
  const out = renderTable([{ key: 'name', width: 5 }, { key: 'n', width: 3, align: 'right' }], [{ name: 'Ada', n: 7 }]);
  assert.equal(out, 'Name  | N\n------+----\nAda   |   7');
});

test('cells wrap at words', () => {
  const out = renderTable([{ key: 'a', width: 9 }], [{ a: 'one two three' }]);
  assert.deepEqual(out.split('\n').slice(2), ['one two', 'three']);
});

test('rows get the height of the tallest cell', () => {
  const out = renderTable([{ key: 'a', width: 3 }, { key: 'b', width: 3 }], [{ a: 'x y z w', b: 'k' }]);
  assert.deepEqual(out.split('\n').slice(2), ['x y | k', 'z w |']);
});

test('line breaks are kept', () => {
  assert.deepEqual(cellLines('a\nb', { width: 2, align: 'left' }), ['a ', 'b ']);
});

test('booleans and missing values', () => {
  assert.deepEqual(cellLines(true, { width: 3, align: 'left' }), ['yes']);
  assert.deepEqual(cellLines(null, { width: 3, align: 'left' }), ['   ']);
});

test('centered cells', () => {
  assert.deepEqual(cellLines('ab', { width: 5, align: 'center' }), [' ab  ']);
});

test('long words are cut to the width', () => {
  const out = renderTable([{ key: 'a', width: 4 }], [{ a: 'abcdefghij' }]);
  assert.deepEqual(out.split('\n').slice(2), ['abcd', 'efgh', 'ij']);
});

test('long word in a sentence', () => {
  assert.deepEqual(cellLines('go abcdefg on', { width: 5, align: 'left' }), ['go   ', 'abcde', 'fg on']);
});

test('parse rows', () => {
  assert.deepEqual(parseRows('a=1; b=x=y\n\nc = 3\n'), [{ a: '1', b: 'x=y' }, { c: '3' }]);
});
