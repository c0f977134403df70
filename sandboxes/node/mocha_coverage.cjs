// Required by Mocha: records the lines that each test runs; see coverage.cjs.

const { start, begin, end, idOf } = require('./coverage.cjs');

start(true);

exports.mochaHooks = {
  beforeEach() {
    const test = this.currentTest;
    begin({ test: idOf(test.file, test.titlePath()) });
  },
  afterEach: end,
};
