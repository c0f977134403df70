'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { from, QueryError } = require('../lib');

function where(...args) {
  const { sql, values } = from('t', { style: 'numbered' }).where(...args).where('z', 9).build();
  return [sql.replace('SELECT * FROM "t" WHERE ', ''), values];
}

test('hidden: null takes no mark', () => {
  assert.deepEqual(where('a', null), ['"a" IS NULL AND "z" = $1', [9]]);
  assert.deepEqual(where('a', '!=', null), ['"a" IS NOT NULL AND "z" = $1', [9]]);
});

test('hidden: zero is no null', () => {
  assert.deepEqual(where('a', 0), ['"a" = $1 AND "z" = $2', [0, 9]]);
  assert.deepEqual(where('a', '!=', false), ['"a" != $1 AND "z" = $2', [false, 9]]);
});

test('hidden: every other operator refuses null', () => {
  for (const op of ['<', '<=', '>', '>=', 'like', 'in', 'between']) {
    assert.throws(() => where('a', op, null), QueryError);
  }
});

test('hidden: null within a group', () => {
  const { sql } = from('t').whereAny((any) => any.where('a', null).where('b', '=', null)).build();
  assert.equal(sql, 'SELECT * FROM "t" WHERE ("a" IS NULL OR "b" IS NULL)');
});
