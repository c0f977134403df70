'use strict';

const { QueryError } = require('./errors');

const NAME = /^[A-Za-z_]\w*$/;

/** A name in quotes; `table.column` gets them around each part. */
function quote(name) {
  return name
    .split('.')
    .map((part) => {
      if (part === '*') return part;
      if (!NAME.test(part)) throw new QueryError(`bad name: ${name}`);
      return `"${part}"`;
    })
    .join('.');
}

/** A column to be selected; `name as other` gives it another name. */
function column(text) {
  const match = /^(\S+)\s+as\s+(\S+)$/i.exec(text);
  return match ? `${quote(match[1])} AS ${quote(match[2])}` : quote(text);
}

module.exports = { column, quote };
