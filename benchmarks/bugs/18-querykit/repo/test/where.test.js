'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { from, QueryError } = require('../lib');

function where(...args) {
  const { sql, values } = from('t').where(...args).build();
  return [sql.replace('SELECT * FROM "t" WHERE ', ''), ...values];
}

test('comparisons', () => {
  assert.deepEqual(where('a', 1), ['"a" = ?', 1]);
  assert.deepEqual(where('a', '>=', 0), ['"a" >= ?', 0]);
  assert.deepEqual(where('a', 'like', 'x%'), ['"a" LIKE ?', 'x%']);
  assert.deepEqual(where('a', 'between', [1, 5]), ['"a" BETWEEN ? AND ?', 1, 5]);
});

test('false and the empty string are values', () => {
  assert.deepEqual(where('a', false), ['"a" = ?', false]);
  assert.deepEqual(where('a', '!=', ''), ['"a" != ?', '']);
});

test('lists', () => {
  assert.deepEqual(where('a', [1, 2]), ['"a" IN (?, ?)', 1, 2]);
  assert.deepEqual(where('a', 'not in', [1]), ['"a" NOT IN (?)', 1]);
  assert.throws(() => where('a', 'in', 1), QueryError);
});

test('empty lists', () => {
  assert.deepEqual(where('a', []), ['1 = 0']);
  assert.deepEqual(where('a', 'not in', []), ['1 = 1']);
});

test('equal to null', () => {
  assert.deepEqual(where('a', null), ['"a" IS NULL']);
});

test('not equal to null', () => {
  assert.deepEqual(where('a', '!=', null), ['"a" IS NOT NULL']);
});

test('objects with null', () => {
  assert.deepEqual(where({ city: 'Rome', deleted: null, id: [1] }), [
    '("city" = ? AND "deleted" IS NULL AND "id" IN (?))',
    'Rome',
    1,
  ]);
});

test('other comparisons with null', () => {
  assert.throws(() => where('a', '<', null), QueryError);
});

test('groups', () => {
  const { sql, values } = from('t')
    .where('a', 1)
    .whereAny((any) => any.where('b', 2).where((all) => all.where('c', 3).where('d', 4)))
    .build();
  assert.equal(sql, 'SELECT * FROM "t" WHERE "a" = ? AND ("b" = ? OR ("c" = ? AND "d" = ?))');
  assert.deepEqual(values, [1, 2, 3, 4]);
});

test('empty group', () => {
  assert.throws(() => from('t').whereAny(() => {}), QueryError);
});
