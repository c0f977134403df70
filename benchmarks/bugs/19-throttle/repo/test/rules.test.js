import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RuleError } from '../src/index.js';
import { parseRule } from '../src/rules.js';

test('simple rules', () => {
  assert.deepEqual(parseRule('5/minute'), { interval: 12_000, capacity: 5 });
  assert.deepEqual(parseRule('1 / hour'), { interval: 3_600_000, capacity: 1 });
});

test('rules with a longer period or a burst', () => {
  assert.deepEqual(parseRule('10/30 seconds'), { interval: 3000, capacity: 10 });
  assert.deepEqual(parseRule('100/second burst 200'), { interval: 10, capacity: 200 });
});

test('bad rules', () => {
  for (const text of ['', '5', '5/fortnight', '0/second', '1/0 seconds']) {
    assert.throws(() => parseRule(text), RuleError);
  }
});
