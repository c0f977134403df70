// A reporter for `node --test` by which devagent sees a run: JUnit with the file and the full name of every test.
// Environment: DEVAGENT_REPORT, DEVAGENT_NONCE. A line `> file` / `< file` in REPORT.running says what is under way.

import { appendFileSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';

const root = process.cwd();
const report = process.env.DEVAGENT_REPORT;
const LIMIT = { message: 2000, details: 6000 };

// Node.js 18 names modules by URL, later versions by path.
const plain = (file) => (file?.startsWith('file:') ? fileURLToPath(file) : file);
const place = (file) => (file ? relative(root, plain(file)).split(sep).join('/') : '');
const printable = (text) =>
  String(text).replace(/[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, (c) => `\\u${c.codePointAt(0).toString(16).padStart(4, '0')}`);
const content = (text) => printable(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
const attribute = (text) => `"${content(text).replace(/"/g, '&quot;').replace(/\n/g, '&#10;').replace(/\r/g, '&#13;').replace(/\t/g, '&#9;')}"`;

function clip(text, limit) {
  if (text.length <= limit) return text;
  const head = Math.floor(limit / 4);
  return `${text.slice(0, head)}\n[...]\n${text.slice(-(limit - head - 7))}`;
}

// Frames of node itself say nothing about the repository; paths are shown relative to it.
function traceback(stack) {
  const own = String(stack).split('\n').filter((line) => !/^\s+at .*\bnode:/.test(line) && !/^\s+at async Promise\.all/.test(line));
  return own.join('\n').replaceAll(`file://${root}/`, '').replaceAll(`${root}/`, '');
}

function comparison(error) {
  if (error?.code !== 'ERR_ASSERTION' || error.generatedMessage) return '';
  const show = (value) => inspect(value, { depth: 4, breakLength: 100, maxArrayLength: 20, maxStringLength: 400 });
  return `\nactual: ${show(error.actual)}\nexpected: ${show(error.expected)} (${error.operator})`;
}

// A package that is missing; a module path that is missing is the repository's own mistake.
function missingPackage(text) {
  const found = /Cannot find (?:module|package) '([^']+)'/.exec(text);
  const name = found?.[1] ?? '';
  return /^(\.|\/|file:|[A-Za-z]:|#)/.test(name) ? '' : name;
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
  cases = [];
  names = new Map();  // file -> names of the tests that are open, outermost first
  printed = new Map(); // file -> the end of what it wrote to stderr
  seen = new Map();

  start({ file, nesting, name }) {
    const open = this.names.get(file) ?? [];
    open.length = nesting;
    open[nesting] = name;
    this.names.set(file, open);
  }

  finish(passed, event) {
    const { file, nesting, name, details, skip, todo } = event;
    const open = (this.names.get(file) ?? []).slice(0, nesting);
    const kind = details?.error?.failureType;
    if (details?.type === 'suite' && (passed || kind === 'subtestsFailed')) return;
    const path = place(file);
    const whole = nesting === 0 && (name === file || name === path || place(name) === path);
    const id = this.unique(whole ? path : `${path}::${[...open, name].join(' > ')}`);
    const shown = passed ? { message: '', details: '' } : failure(details?.error);
    if (whole && !passed && this.printed.has(file)) this.explain(shown, this.printed.get(file));
    let status = passed ? 'passed' : whole || kind === 'hookFailed' ? 'error' : 'failed';
    if (skip !== undefined && skip !== false) status = 'skipped';
    if (todo !== undefined && todo !== false) status = 'skipped';
    this.cases.push({ id, path, name, status, seconds: (details?.duration_ms ?? 0) / 1000, ...shown });
  }

  // A file that failed to load says why on stderr only.
  explain(shown, printed) {
    const lines = traceback(printed).split('\n').filter((line) => line.trim() && !/^Node\.js v/.test(line));
    shown.message = lines.find((line) => /^\s*(\w*Error|Error \[.*\])\b.*:/.test(line))?.trim() ?? shown.message;
    shown.details = lines.join('\n');
    shown.missing = missingPackage(printed);
  }

  unique(id) {
    const count = (this.seen.get(id) ?? 0) + 1;
    this.seen.set(id, count);
    return count === 1 ? id : `${id} #${count}`;
  }

  xml() {
    const of = (status) => this.cases.filter((c) => c.status === status).length;
    const head = `<testsuite name="node" tests="${this.cases.length}" failures="${of('failed')}" errors="${of('error')}" skipped="${of('skipped')}">`;
    const nonce = properties({ 'devagent.nonce': process.env.DEVAGENT_NONCE ?? '' });
    return ['<?xml version="1.0" encoding="utf-8"?>', '<testsuites>', head, nonce, ...this.cases.map(caseXml), '</testsuite>', '</testsuites>', ''].join('\n');
  }
}

function properties(facts) {
  const entries = Object.entries(facts).filter(([, value]) => value).map(([key, value]) => `<property name="${key}" value=${attribute(value)}/>`);
  return entries.length ? `<properties>${entries.join('')}</properties>` : '';
}

function caseXml({ id, path, name, status, seconds, message, details, missing }) {
  const tag = { failed: 'failure', error: 'error', skipped: 'skipped' }[status];
  const body = tag ? `<${tag} message=${attribute(clip(message, LIMIT.message))}>${content(clip(details, LIMIT.details))}</${tag}>` : '';
  return `<testcase name=${attribute(name)} classname=${attribute(path)} file=${attribute(path)} time="${seconds.toFixed(6)}">${properties({ 'devagent.id': id, 'devagent.missing': missing })}${body}</testcase>`;
}

export default async function* report_(source) {
  const run = new Run();
  for await (const { type, data } of source) {
    if (type === 'test:start') run.start(data);
    else if (type === 'test:pass' || type === 'test:fail') run.finish(type === 'test:pass', data);
    else if (type === 'test:stderr') run.printed.set(data.file, ((run.printed.get(data.file) ?? '') + data.message).slice(-8000));
    if (type === 'test:dequeue' && data.nesting === 0) progress('>', data);
    else if (type === 'test:complete' && data.nesting === 0) progress('<', data);
  }
  yield run.xml();
}

function progress(sign, { file, name }) {
  const whole = name === file || place(name) === place(file);
  if (report) appendFileSync(`${report}.running`, `${sign} ${whole ? place(file) : `${place(file)}::${name}`}\n`);
}
