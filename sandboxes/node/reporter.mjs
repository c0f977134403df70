// A reporter for `node --test` by which devagent sees a run; see report.cjs.

import { inspect } from 'node:util';
import shared from './report.cjs';

const { Report, missingPackage, place, progress, traceback } = shared;

function comparison(error) {
  if (error?.code !== 'ERR_ASSERTION' || error.generatedMessage) return '';
  const show = (value) => inspect(value, { depth: 4, breakLength: 100, maxArrayLength: 20, maxStringLength: 400 });
  return `\nactual: ${show(error.actual)}\nexpected: ${show(error.expected)} (${error.operator})`;
}

function failure(error) {
  const cause = error?.cause;
  if (cause === null || typeof cause !== 'object') return { message: String(cause ?? error?.message ?? 'failed'), details: '' };
  const name = cause.code === 'ERR_ASSERTION' ? 'AssertionError' : (cause.name ?? 'Error');
  const message = `${name}: ${cause.message ?? inspect(cause)}${comparison(cause)}`;
  const missing = /^(ERR_)?MODULE_NOT_FOUND$/.test(cause.code) ? missingPackage(cause.message) : '';
  return { message: message.trim(), details: traceback(cause.stack ?? inspect(cause)) + comparison(cause), missing };
}

class Run {
  report = new Report();
  names = new Map(); // file -> names of the tests that are open, outermost first
  going = new Map(); // the same for those that run at this moment: of these it is told early
  completes = false; // whether this version of Node.js tells at once that a test has ended
  printed = new Map(); // file -> the end of what it wrote to stderr

  start({ file, nesting, name }, names = this.names) {
    const open = names.get(file) ?? [];
    open.length = nesting;
    open[nesting] = name;
    names.set(file, open);
    return [...open];
  }

  note(sign, event) {
    const names = this.start(event, this.going);
    progress(sign, event.file, isWhole(event) ? [] : names);
  }

  finish(passed, event) {
    const { file, nesting, name, details, skip, todo } = event;
    const open = (this.names.get(file) ?? []).slice(0, nesting);
    const kind = details?.error?.failureType;
    if (details?.type === 'suite' && (passed || kind === 'subtestsFailed')) return;
    const whole = isWhole(event);
    if (whole && this.report.hangs(file)) return; // what it was ended for is told
    const shown = passed ? { message: '', details: '' } : failure(details?.error);
    if (whole && !passed) this.explain(shown, this.printed.get(file) ?? '', details?.error);
    let status = passed ? 'passed' : whole || kind === 'hookFailed' ? 'error' : 'failed';
    if (skip !== undefined && skip !== false) status = 'skipped';
    if (todo !== undefined && todo !== false) status = 'skipped';
    this.report.add({ file, names: whole ? [] : [...open, name], status, seconds: (details?.duration_ms ?? 0) / 1000, ...shown });
  }

  // A file that failed to load says why on stderr only; one whose process ended too early may say nothing.
  explain(shown, printed, { exitCode, signal } = {}) {
    if (signal) shown.message = `the process of this test file was killed by ${signal}`;
    else if (exitCode > 0) shown.message = `the process of this test file ended early, with exit status ${exitCode}`;
    const lines = traceback(printed).split('\n').filter((line) => line.trim() && !/^Node\.js v/.test(line));
    shown.message = lines.find((line) => /^\s*(\w*Error|Error \[.*\])\b.*:/.test(line))?.trim() ?? shown.message;
    shown.details = lines.join('\n');
    shown.missing = missingPackage(printed);
  }
}

const isWhole = ({ file, nesting, name }) => nesting === 0 && (name === file || name === place(file) || place(name) === place(file));

export default async function* report_(source) {
  const run = new Run();
  for await (const { type, data } of source) {
    if (type === 'test:start') run.start(data);
    else if (type === 'test:pass' || type === 'test:fail') run.finish(type === 'test:pass', data);
    else if (type === 'test:stderr') run.printed.set(data.file, ((run.printed.get(data.file) ?? '') + data.message).slice(-8000));
    if (type === 'test:dequeue') run.note('>', data);
    else if (type === 'test:complete' || (!run.completes && /^test:(pass|fail)$/.test(type))) run.note('<', data);
    run.completes ||= type === 'test:complete';
  }
  yield run.report.xml();
}
