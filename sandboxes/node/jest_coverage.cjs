// Jest's own test runner, with a record of the lines that each test ran; see coverage.cjs.

const { createRequire } = require('node:module');
const { join } = require('node:path');
const coverage = require('./coverage.cjs');

// Each of these packages has the next.
const WAY = ['jest/package.json', '@jest/core', 'jest-config'];
const inside = WAY.reduce((from, name) => createRequire(from.resolve(name)), createRequire(join(process.cwd(), 'package.json')));
const circus = inside('jest-circus/runner');
const run = circus.default ?? circus;
let started = false;

function namesOf(test) {
  const names = [];
  for (let node = test; node.parent; node = node.parent) names.unshift(node.name);
  return names;
}

module.exports = async (globalConfig, config, environment, runtime, path, ...rest) => {
  if (!started) coverage.start(true);
  started = true;
  const own = environment.handleTestEvent?.bind(environment);
  environment.handleTestEvent = async (event, state) => {
    if (event.name === 'test_start') coverage.begin({ test: coverage.idOf(path, namesOf(event.test)) });
    await own?.(event, state);
    if (event.name === 'test_done') coverage.end();
  };
  return run(globalConfig, config, environment, runtime, path, ...rest);
};
