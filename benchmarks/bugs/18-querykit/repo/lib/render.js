'use strict';

const { Bindings } = require('./bindings');
const { renderJoin } = require('./joins');
const { column, quote } = require('./names');
const { renderFilter } = require('./predicates');

/** A whole query as `{ sql, values }`. */
function renderQuery(parts, style) {
  const bindings = new Bindings(style);
  const columns = parts.columns.length > 0 ? parts.columns.map(column).join(', ') : '*';
  const out = [`SELECT ${columns} FROM ${quote(parts.table)}`];
  for (const join of parts.joins) out.push(renderJoin(join));
  if (parts.filter.filters.length > 0) out.push(`WHERE ${renderFilter(parts.filter, bindings)}`);
  if (parts.order.length > 0) {
    const terms = parts.order.map(({ name, direction }) => `${quote(name)} ${direction}`);
    out.push(`ORDER BY ${terms.join(', ')}`);
  }
  if (parts.limit !== null) out.push(`LIMIT ${bindings.add(parts.limit)}`);
  if (parts.offset > 0) out.push(`OFFSET ${bindings.add(parts.offset)}`);
  return { sql: out.join(' '), values: bindings.values };
}

module.exports = { renderQuery };
