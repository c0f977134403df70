'use strict';

/** A query that cannot be put into SQL. */
class QueryError extends Error {}

module.exports = { QueryError };
