'use strict';

const { QueryError } = require('./errors');
const { quote } = require('./names');

/** `("a", "b") VALUES (?, ?), (?, ?)`; what a row lacks is NULL. */
function renderRows(rows, bindings) {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  if (names.length === 0) throw new QueryError('nothing to insert');
  const lines = rows.map((row) => {
    const marks = names.map((name) => bindings.add(row[name] ?? null));
    return `(${marks.join(', ')})`;
  });
  return `(${names.map(quote).join(', ')}) VALUES ${lines.join(', ')}`;
}

module.exports = { renderRows };
