'use strict';

const { QueryError } = require('./errors');

const OPERATORS = new Set(['=', '!=', '<', '<=', '>', '>=', 'like', 'in', 'not in', 'between']);

/** One comparison of a column. */
function comparison(name, operator, value) {
  const op = operator.toLowerCase();
  if (!OPERATORS.has(op)) throw new QueryError(`bad operator: ${operator}`);
  return { type: 'comparison', name, op, value };
}

/** Filters joined by AND or OR. */
function group(joint, filters) {
  return { type: 'group', joint, filters };
}

/**
 * The filter that is meant by the arguments of `where`: `(name, value)`,
 * `(name, operator, value)`, an object of values by name, or a function that
 * fills a group.
 */
function toFilter(args, makeGroup) {
  const [first, second, third] = args;
  if (typeof first === 'function') return makeGroup(first);
  if (typeof first === 'object') {
    const all = Object.entries(first).map(([name, value]) => equals(name, value));
    return group('AND', all);
  }
  return args.length === 2 ? equals(first, second) : comparison(first, second, third);
}

function equals(name, value) {
  return comparison(name, Array.isArray(value) ? 'in' : '=', value);
}

module.exports = { group, toFilter };
