'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const { League } = require('../lib');
const { makeRules } = require('../lib/rules');

test('hidden: all zero', () => {
  const zero = { win: 0, draw: 0, loss: 0, present: 0, promoted: 0 };
  assert.deepEqual({ ...makeRules(zero) }, zero);
});

test('hidden: null and undefined mean the usual value', () => {
  assert.deepEqual({ ...makeRules({ win: null, draw: undefined }) }, { win: 3, draw: 1, loss: 0, present: 0, promoted: 2 });
});

test('hidden: friendly league counts no wins', () => {
  const l = new League('Fun', { win: 0, present: 1 });
  l.enter('A 5:0 B');
  assert.deepEqual(l.table().map((r) => r.points), [1, 1]);
});

test('hidden: negative values stay', () => {
  assert.equal(makeRules({ draw: -2 }).draw, -2);
});

test('hidden: draw zero decides the order', () => {
  const l = new League('X', { draw: 0 });
  l.enter('A 1:1 B\nC 0:1 D\nA 0:2 C');
  assert.deepEqual(l.table().map((r) => [r.name, r.points]), [['C', 3], ['D', 3], ['B', 0], ['A', 0]]);
});
