'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { from, QueryError } = require('../lib');

test('everything of a table', () => {
  assert.deepEqual(from('users').build(), { sql: 'SELECT * FROM "users"', values: [] });
});

test('columns, order and limit', () => {
  const { sql, values } = from('users').select('id', 'name as label').orderBy('name', 'desc').limit(5).build();
  assert.equal(sql, 'SELECT "id", "name" AS "label" FROM "users" ORDER BY "name" DESC LIMIT ?');
  assert.deepEqual(values, [5]);
});

test('pages', () => {
  const { sql, values } = from('users').page(3, 20).build();
  assert.equal(sql, 'SELECT * FROM "users" LIMIT ? OFFSET ?');
  assert.deepEqual(values, [20, 40]);
});

test('joins', () => {
  const { sql } = from('users').leftJoin('posts', 'users.id', 'posts.user_id').build();
  assert.equal(sql, 'SELECT * FROM "users" LEFT JOIN "posts" ON "users"."id" = "posts"."user_id"');
});

test('numbered marks', () => {
  const { sql, values } = from('t', { style: 'numbered' }).where('a', 1).where('b', 'in', [2, 3]).limit(4).build();
  assert.equal(sql, 'SELECT * FROM "t" WHERE "a" = $1 AND "b" IN ($2, $3) LIMIT $4');
  assert.deepEqual(values, [1, 2, 3, 4]);
});

test('bad names and directions', () => {
  assert.throws(() => from('users; drop').build(), QueryError);
  assert.throws(() => from('users').orderBy('name', 'up'), QueryError);
  assert.throws(() => from('users').where('a', 'is', 1), QueryError);
});
