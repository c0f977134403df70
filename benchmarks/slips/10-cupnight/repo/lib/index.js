'use strict';

const { League } = require('./league');
const { renderTable, promotedLine } = require('./render');

module.exports = { League, renderTable, promotedLine };
