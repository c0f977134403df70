import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pool } from '../src/pool.js';

function empty(interval, capacity) {
  const pool = new Pool({ interval, capacity }, 0);
  pool.take(0, capacity);
  return pool;
}

test('hidden: many small steps are worth as much as a large one', () => {
  const pool = empty(10, 100);
  for (let now = 1; now <= 99; now += 1) pool.refill(now);
  assert.equal(pool.tokens, 9);
  pool.refill(100);
  assert.equal(pool.tokens, 10);
});

test('hidden: the rest of a step counts for the next token', () => {
  const pool = empty(10, 100);
  pool.refill(25);
  assert.equal(pool.tokens, 2);
  assert.equal(pool.wait(25, 3), 5);
  pool.refill(30);
  assert.equal(pool.tokens, 3);
});

test('hidden: tokens stay whole', () => {
  const pool = empty(3, 10);
  for (const now of [1, 4, 8, 11]) {
    pool.refill(now);
    assert.equal(Number.isInteger(pool.tokens), true);
  }
  assert.equal(pool.tokens, 3);
});

test('hidden: a full pool starts anew', () => {
  const pool = empty(10, 2);
  pool.refill(29);
  assert.equal(pool.tokens, 2);
  pool.take(29, 1);
  pool.refill(38);
  assert.equal(pool.tokens, 1);
  pool.refill(39);
  assert.equal(pool.tokens, 2);
});
