'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { insert, remove, update, QueryError } = require('../lib');

test('insert rows', () => {
  const [{ sql, values }] = insert('t', [{ a: 1 }, { a: 2, b: 'x' }]);
  assert.equal(sql, 'INSERT INTO "t" ("a", "b") VALUES (?, ?), (?, ?)');
  assert.deepEqual(values, [1, null, 2, 'x']);
});

test('insert in parts', () => {
  const statements = insert('t', [{ a: 1 }, { a: 2 }, { a: 3 }], { size: 2, style: 'numbered' });
  assert.deepEqual(statements.map(({ values }) => values), [[1, 2], [3]]);
  assert.equal(statements[1].sql, 'INSERT INTO "t" ("a") VALUES ($1)');
});

test('update', () => {
  const { sql, values } = update('t', { a: 1, b: null }).where('id', [4, 5]).build();
  assert.equal(sql, 'UPDATE "t" SET "a" = ?, "b" = ? WHERE "id" IN (?, ?)');
  assert.deepEqual(values, [1, null, 4, 5]);
});

test('remove', () => {
  const { sql, values } = remove('t', { style: 'numbered' }).where('age', '<', 3).build();
  assert.equal(sql, 'DELETE FROM "t" WHERE "age" < $1');
  assert.deepEqual(values, [3]);
});

test('changes need a filter', () => {
  assert.throws(() => remove('t').build(), QueryError);
  assert.throws(() => update('t', { a: 1 }).build(), QueryError);
  assert.throws(() => update('t', {}).where('a', 1).build(), QueryError);
});
