// What the reporters have in common: a JUnit report with the file and the full name of every test, as devagent reads it.
// Environment: DEVAGENT_REPORT, DEVAGENT_NONCE, DEVAGENT_ROOT (the way from here to the top of the workspace) and
// DEVAGENT_HANG (seconds after which a test counts as hanging). A line `> id` / `< id` in REPORT.running says what is
// under way.

const { appendFileSync, writeFileSync, renameSync } = require('node:fs');
const { relative, resolve, sep } = require('node:path');
const { fileURLToPath } = require('node:url');
const { inspect } = require('node:util');
const { Worker, isMainThread } = require('node:worker_threads');

const target = process.env.DEVAGENT_REPORT;
const nonce = process.env.DEVAGENT_NONCE ?? '';
const root = resolve(process.env.DEVAGENT_ROOT ?? '.');
const LIMIT = { message: 2000, details: 6000 };

// Node.js 18 names modules by URL, later versions by path.
const plain = (file) => (file?.startsWith('file:') ? fileURLToPath(file) : file);
const place = (file) => (file ? relative(root, plain(file)).split(sep).join('/') : '');
const escapes = /\u001b\[[0-9;]*m/g;
const printable = (text) =>
  String(text).replace(escapes, '').replace(/[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, (c) => `\\u${c.codePointAt(0).toString(16).padStart(4, '0')}`);
const content = (text) => printable(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
const attribute = (text) => `"${content(text).replace(/"/g, '&quot;').replace(/\n/g, '&#10;').replace(/\r/g, '&#13;').replace(/\t/g, '&#9;')}"`;

function clip(text, limit) {
  if (text.length <= limit) return text;
  const head = Math.floor(limit / 4);
  return `${text.slice(0, head)}\n[...]\n${text.slice(-(limit - head - 7))}`;
}

// Frames of node itself and of the packages say nothing about the repository; paths are shown relative to it.
function traceback(stack) {
  const foreign = (line) => /^\s+at .*(\bnode:|\/node_modules\/)/.test(line) || /^\s+at (async Promise\.all|new Promise \()/.test(line);
  const own = String(stack).split('\n').filter((line) => !foreign(line));
  return own.join('\n').replaceAll(`file://${root}/`, '').replaceAll(`${root}/`, '');
}

// A package that is missing; a module path that is missing is the repository's own mistake.
function missingPackage(text) {
  const patterns = [/Cannot find (?:module|package) '([^']+)'/, /Failed to (?:resolve|load) (?:import|url) "?([^"\s]+)"?/];
  const name = patterns.map((pattern) => pattern.exec(text)?.[1]).find((found) => found) ?? '';
  return /^(\.|\/|file:|[A-Za-z]:|#|~|@\/)/.test(name) ? '' : name;
}

/** Error text as {message, details}: the stack repeats the message, which differs from runner to runner. */
function told(error) {
  if (error === null || typeof error !== 'object') return { message: String(error ?? 'failed'), details: '' };
  const name = error.code === 'ERR_ASSERTION' ? 'AssertionError' : (error.name ?? 'Error');
  const text = error.message ?? inspect(error);
  const message = text.startsWith(name) ? text : `${name}: ${text}`;
  return { message: printable(message).trim(), details: traceback(printable(error.stack ?? inspect(error))) };
}

let watcher;
let latest; // the report that is being made

/** Tells the thread that looks for hanging tests; it is started by the first that there is to tell. */
function tell(message) {
  const seconds = Number(process.env.DEVAGENT_HANG ?? 0);
  if (!seconds || !target || !isMainThread) return;
  if (watcher === undefined) {
    watcher = new Worker(`${__dirname}/hangs.cjs`, { workerData: { seconds }, execArgv: [], stdout: false, stderr: false });
    watcher.on('message', (results) => latest.hang(results));
    watcher.unref();
  }
  watcher.postMessage(message);
}

/** The results of one run, in the order in which they came. */
class Report {
  cases = [];
  #seen = new Map();
  #hung = new Set();
  trouble = '';

  constructor() {
    latest = this;
  }

  /** Adds results of one file that hangs and is about to be ended. */
  hang(results) {
    for (const result of results) {
      this.#hung.add(result.file);
      this.add(result);
      progress('<', result.file, result.names);
    }
  }

  /** Whether a file was ended because it hangs. */
  hangs(file) {
    return this.#hung.has(file);
  }

  /** Adds a result; `names` are the titles around and of a test, empty for a file as a whole. */
  add({ file, names, status, seconds = 0, message = '', details = '', missing = '' }) {
    tell({ add: { file, names, status, seconds, message, details, missing } });
    const path = place(file);
    const id = this.#unique([path, names.join(' > ')].filter(Boolean).join('::'));
    this.cases.push({ id, path, name: names.at(-1) ?? path, status, seconds, message, details, missing });
  }

  #unique(id) {
    const count = (this.#seen.get(id) ?? 0) + 1;
    this.#seen.set(id, count);
    return count === 1 ? id : `${id} #${count}`;
  }

  xml() {
    const of = (status) => this.cases.filter((c) => c.status === status).length;
    const head = `<testsuite name="node" tests="${this.cases.length}" failures="${of('failed')}" errors="${of('error')}" skipped="${of('skipped')}">`;
    const facts = properties({ 'devagent.nonce': nonce, 'devagent.trouble': this.trouble });
    return ['<?xml version="1.0" encoding="utf-8"?>', '<testsuites>', head, facts, ...this.cases.map(caseXml), '</testsuite>', '</testsuites>', ''].join('\n');
  }

  /** A line per test as names.mjs has it, for the search of repairs. */
  lines() {
    return this.cases.map(({ id, status }) => `${JSON.stringify({ id, good: status === 'passed' })}\n`).join('');
  }

  write() {
    writeFileSync(`${target}.part`, target.endsWith('.jsonl') ? this.lines() : this.xml());
    renameSync(`${target}.part`, target);
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

/** Notes that a file, or a test in it, starts (`>`) or has ended (`<`); `names` are the titles around and of a test. */
function progress(sign, file, names = []) {
  tell(sign === '>' ? { starts: { file, names } } : { ends: { file, names } });
  const name = names.join(' > ');
  if (target) appendFileSync(`${target}.running`, `${sign} ${name ? `${place(file)}::${name}` : place(file)}\n`);
}

/** Tells a result before its file has ended, when all of them are told: it counts if the file never does. */
const foretell = (result) => tell({ foretold: result });

/** Says that the run goes on, where there is nothing else to say. */
const beat = () => tell({});

module.exports = { Report, beat, foretell, missingPackage, place, plain, printable, progress, root, told, traceback };
