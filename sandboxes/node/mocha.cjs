// A reporter for Mocha by which devagent sees a run, and that runs a selection; see report.cjs.
// Environment: DEVAGENT_SELECT, a JSON list of test ids to run, or @FILE that holds one; empty runs all.

const { readFileSync } = require('node:fs');
const { Report, missingPackage, place, progress, told } = require('./report.cjs');

function selection() {
  const text = process.env.DEVAGENT_SELECT ?? '';
  return text ? JSON.parse(text.startsWith('@') ? readFileSync(text.slice(1), 'utf8') : text) : [];
}

const titles = (test) => (test.titlePath ? test.titlePath() : [test.fullTitle()]);
const idOf = (test) => `${place(test.file)}::${titles(test).join(' > ')}`;

/** Leaves only what is selected; gives whether that is anything. */
function choose(suite, ids) {
  suite.tests = suite.tests.filter((test) => ids.has(idOf(test)));
  suite.suites = suite.suites.filter((inner) => choose(inner, ids));
  return suite.tests.length + suite.suites.length > 0;
}

module.exports = function reporter(runner) {
  const report = new Report();
  const chosen = selection();
  if (chosen.length) {
    choose(runner.suite, new Set(chosen.map((id) => id.replace(/ #\d+$/, ''))));
    runner.total = runner.grepTotal?.(runner.suite) ?? runner.suite.total();
  }
  const add = (test, status, error) => {
    const shown = error ? told(error) : {};
    const missing = error ? missingPackage(shown.message) : '';
    report.add({ file: test.file, names: titles(test), status, seconds: (test.duration ?? 0) / 1000, ...shown, missing });
  };
  runner.on('test', (test) => progress('>', test.file, titles(test)));
  runner.on('test end', (test) => progress('<', test.file, titles(test)));
  runner.on('pass', (test) => add(test, 'passed'));
  runner.on('pending', (test) => add(test, 'skipped'));
  runner.on('fail', (test, error) => add(test, test.type === 'hook' ? 'error' : 'failed', error));
  runner.once('end', () => report.write());
};
