'use strict';

const { chunks } = require('./batch');
const { Insert, Remove, Update } = require('./changes');
const { QueryError } = require('./errors');
const { Query } = require('./query');

/** Begin a query on a table. */
function from(table, options) {
  return new Query(table, options);
}

/** Insert rows, at most `size` with each statement. */
function insert(table, rows, { size = 500, ...options } = {}) {
  return chunks(rows, size).map((part) => new Insert(table, part, options).build());
}

function update(table, changes, options) {
  return new Update(table, changes, options);
}

function remove(table, options) {
  return new Remove(table, options);
}

module.exports = { from, insert, remove, update, QueryError };
