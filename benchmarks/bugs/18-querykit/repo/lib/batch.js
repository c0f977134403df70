'use strict';

const { QueryError } = require('./errors');

/** Lists cut into parts of at most `size`, as databases limit how many values may be bound. */
function chunks(list, size) {
  if (size < 1) throw new QueryError('a part needs at least one item');
  const parts = [];
  for (let at = 0; at < list.length; at += size) parts.push(list.slice(at, at + size));
  return parts;
}

module.exports = { chunks };
