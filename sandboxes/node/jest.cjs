// A reporter for Jest by which devagent sees a run; see report.cjs.

const { Report, foretell, missingPackage, printable, progress, traceback } = require('./report.cjs');

const STATUS = { passed: 'passed', failed: 'failed' };

module.exports = class {
  report = new Report();

  onTestFileStart(test) {
    progress('>', test.path);
  }

  onTestCaseStart(test, { ancestorTitles, title }) {
    progress('>', test.path, [...ancestorTitles, title]);
  }

  onTestCaseResult(test, result) {
    progress('<', test.path, [...result.ancestorTitles, result.title]);
    foretell(outcome(test.path, result));
  }

  onTestFileResult(test, result) {
    this.onTestResult(test, result);
  }

  onTestResult(test, result) {
    if (this.reported?.has(test.path)) return;
    (this.reported ??= new Set()).add(test.path);
    progress('<', test.path);
    for (const one of result.testResults) this.report.add(outcome(test.path, one));
    if (result.testExecError || (result.failureMessage && result.testResults.length === 0)) this.broken(test.path, result);
  }

  // A file that cannot be loaded, or that holds no test.
  broken(file, result) {
    const text = printable(result.testExecError?.stack || result.testExecError?.message || result.failureMessage || 'failed');
    const message = headline(text.replace(/^\s*●.*$/gm, '').trim());
    this.report.add({ file, names: [], status: 'error', message, details: traceback(text), missing: missing(text) });
  }

  onRunComplete() {
    this.report.write();
  }
};

function outcome(file, { ancestorTitles, title, status, duration, failureMessages }) {
  const text = printable(failureMessages?.join('\n\n') ?? '');
  const shown = status === 'failed' ? { message: headline(text), details: traceback(text), missing: missing(text) } : {};
  const names = [...ancestorTitles, title];
  return { file, names, status: STATUS[status] ?? 'skipped', seconds: (duration ?? 0) / 1000, ...shown };
}

// The text up to the frames.
function headline(text) {
  const lines = text.split('\n');
  const end = lines.findIndex((line) => /^\s+at /.test(line));
  return traceback((end < 0 ? lines : lines.slice(0, end)).join('\n').trim());
}

const missing = (text) => missingPackage(text.slice(0, 4000));
