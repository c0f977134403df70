'use strict';

const { QueryError } = require('./errors');
const { quote } = require('./names');

const NEVER = '1 = 0';
const ALWAYS = '1 = 1';

/**
 * One comparison as SQL; its values go to the bindings.
 *
 * SQL compares nothing with NULL: being equal to null becomes IS NULL, not
 * being equal to it IS NOT NULL, and any other comparison with null is an
 * error. `in` with an empty list is never true, `not in` with one always, as
 * SQL does not know empty lists. `between` takes a list of two.
 */
function renderComparison({ name, op, value }, bindings) {
  const left = quote(name);
  if (op === 'in' || op === 'not in') {
    if (!Array.isArray(value)) throw new QueryError(`${op} needs a list`);
    if (value.length === 0) return op === 'in' ? NEVER : ALWAYS;
    const marks = value.map((item) => bindings.add(item));
    return `${left} ${op.toUpperCase()} (${marks.join(', ')})`;
  }
  if (op === 'between') {
    if (!Array.isArray(value) || value.length !== 2) throw new QueryError('between needs two values');
    return `${left} BETWEEN ${bindings.add(value[0])} AND ${bindings.add(value[1])}`;
  }
  return `${left} ${op.toUpperCase()} ${bindings.add(value)}`;
}

/** A filter as SQL; a group within a group is put into parentheses. */
function renderFilter(filter, bindings, nested = false) {
  if (filter.type === 'comparison') return renderComparison(filter, bindings);
  const parts = filter.filters.map((item) => renderFilter(item, bindings, true));
  const text = parts.join(` ${filter.joint} `);
  return nested && parts.length > 1 ? `(${text})` : text;
}

module.exports = { renderFilter };
