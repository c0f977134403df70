'use strict';

const { quote } = require('./names');

/** `INNER JOIN "table" ON "a"."id" = "b"."a_id"` */
function renderJoin({ kind, table, left, right }) {
  return `${kind} JOIN ${quote(table)} ON ${quote(left)} = ${quote(right)}`;
}

module.exports = { renderJoin };
