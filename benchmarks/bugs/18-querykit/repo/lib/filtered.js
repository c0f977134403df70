'use strict';

const { QueryError } = require('./errors');
const { group, toFilter } = require('./filters');

/** The part of a query, or of a group within it, that collects filters. */
class Filtered {
  constructor(joint) {
    this.filter = group(joint, []);
  }

  /** Add a filter; filters are joined as the group says. */
  where(...args) {
    this.filter.filters.push(toFilter(args, (fill) => fillGroup('AND', fill)));
    return this;
  }

  /** Add a group of which one filter is enough. */
  whereAny(fill) {
    this.filter.filters.push(fillGroup('OR', fill));
    return this;
  }
}

function fillGroup(joint, fill) {
  const inner = new Filtered(joint);
  fill(inner);
  if (inner.filter.filters.length === 0) throw new QueryError('an empty group');
  return inner.filter;
}

module.exports = { Filtered };
