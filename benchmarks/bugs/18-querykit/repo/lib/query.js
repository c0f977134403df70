'use strict';

const { QueryError } = require('./errors');
const { Filtered } = require('./filtered');
const { renderQuery } = require('./render');

/** A query for rows. */
class Query extends Filtered {
  constructor(table, { style } = {}) {
    super('AND');
    this.table = table;
    this.style = style;
    this.columns = [];
    this.joins = [];
    this.order = [];
    this.rows = null;
    this.skip = 0;
  }

  select(...columns) {
    this.columns.push(...columns);
    return this;
  }

  join(table, left, right, kind = 'INNER') {
    this.joins.push({ kind, table, left, right });
    return this;
  }

  leftJoin(table, left, right) {
    return this.join(table, left, right, 'LEFT');
  }

  orderBy(name, direction = 'asc') {
    if (!/^(asc|desc)$/i.test(direction)) throw new QueryError(`bad direction: ${direction}`);
    this.order.push({ name, direction: direction.toUpperCase() });
    return this;
  }

  limit(rows) {
    this.rows = rows;
    return this;
  }

  /** Pages count from 1. */
  page(number, size) {
    this.skip = (number - 1) * size;
    return this.limit(size);
  }

  build() {
    const { table, columns, joins, filter, order } = this;
    return renderQuery({ table, columns, joins, filter, order, limit: this.rows, offset: this.skip }, this.style);
  }
}

module.exports = { Query };
