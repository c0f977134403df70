'use strict';

const { Bindings } = require('./bindings');
const { QueryError } = require('./errors');
const { Filtered } = require('./filtered');
const { quote } = require('./names');
const { renderFilter } = require('./predicates');
const { renderRows } = require('./rows');

/** New rows for a table. */
class Insert {
  constructor(table, rows, { style } = {}) {
    this.table = table;
    this.rows = rows;
    this.style = style;
  }

  build() {
    const bindings = new Bindings(this.style);
    const sql = `INSERT INTO ${quote(this.table)} ${renderRows(this.rows, bindings)}`;
    return { sql, values: bindings.values };
  }
}

/** New values for the rows that fit a filter. */
class Update extends Filtered {
  constructor(table, changes, { style } = {}) {
    super('AND');
    this.table = table;
    this.changes = changes;
    this.style = style;
  }

  build() {
    const bindings = new Bindings(this.style);
    const settings = Object.entries(this.changes).map(([name, value]) => `${quote(name)} = ${bindings.add(value)}`);
    if (settings.length === 0) throw new QueryError('nothing to change');
    return finish(`UPDATE ${quote(this.table)} SET ${settings.join(', ')}`, this.filter, bindings);
  }
}

/** Removes the rows that fit a filter. */
class Remove extends Filtered {
  constructor(table, { style } = {}) {
    super('AND');
    this.table = table;
    this.style = style;
  }

  build() {
    return finish(`DELETE FROM ${quote(this.table)}`, this.filter, new Bindings(this.style));
  }
}

/** Nobody changes a whole table by leaving the filter out. */
function finish(head, filter, bindings) {
  if (filter.filters.length === 0) throw new QueryError('a change needs a filter');
  const sql = `${head} WHERE ${renderFilter(filter, bindings)}`;
  return { sql, values: bindings.values };
}

module.exports = { Insert, Remove, Update };
