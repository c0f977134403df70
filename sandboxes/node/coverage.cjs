// Preloaded into every test file: records which lines of the workspace each test ran, by V8's precise coverage.
// DEVAGENT_COVERAGE is a JSON object: `output`, a file that gets a JSON line per test with `file`, `name` and `lines`
// by path; `tests`, patterns of files that are not recorded; `root`, the way to the top of the workspace. What runs
// while a module is loaded belongs to no test.

const { appendFileSync, readFileSync } = require('node:fs');
const { relative, resolve, sep, basename } = require('node:path');
const { fileURLToPath } = require('node:url');
const { Session } = require('node:inspector');

const task = JSON.parse(process.env.DEVAGENT_COVERAGE);
const root = resolve(task.root);
const session = new Session();
const sources = new Map();
const open = []; // the tests that are running, outermost first: subtests run inside their test

const escaped = (pattern) => pattern.replace(/[.+^${}()|\\]/g, '\\$&').replace(/\*+/g, '.*').replace(/\?/g, '.');
const patterns = task.tests.map((pattern) => [pattern.includes('/'), new RegExp(`^${escaped(pattern)}$`)]);
const place = (file) => relative(root, file).split(sep).join('/');

function wanted(path) {
  const own = path && !path.startsWith('..') && !path.split('/').some((part) => part.startsWith('.') || part === 'node_modules');
  return own && !patterns.some(([whole, pattern]) => pattern.test(whole ? path : basename(path)));
}

// The file as lines: path, and for each line the offsets (UTF-16 units, as V8 counts) of its first and last character.
function sourceOf(url) {
  if (!sources.has(url)) {
    const path = url.startsWith('file:') ? place(fileURLToPath(url.split('?')[0])) : '';
    sources.set(url, wanted(path) ? { path, lines: lineSpans(fileURLToPath(url.split('?')[0])) } : null);
  }
  return sources.get(url);
}

function lineSpans(file) {
  const text = readFileSync(file, 'utf8').replace(/^\ufeff/, '');
  const spans = [];
  let start = 0;
  for (const line of text.split('\n')) {
    const first = start + (line.length - line.trimStart().length);
    spans.push([first, Math.max(first, start + line.trimEnd().length)]);
    start += line.length + 1;
  }
  return spans;
}

function take() {
  let result = [];
  session.post('Profiler.takePreciseCoverage', (error, answer) => { result = error ? [] : answer.result; });
  return result;
}

// The line numbers that ran. Ranges come from the outside in; the first function is the module itself.
function linesRun({ lines }, functions) {
  const ran = new Set();
  for (const { ranges, functionName } of functions) {
    if (functionName === '' && ranges[0].startOffset === 0) continue;
    for (const { startOffset, endOffset, count } of ranges) {
      for (let n = lineAt(lines, startOffset); n < lines.length && lines[n][0] < endOffset; n += 1) {
        const [first, last] = lines[n];
        if (first === last) continue;
        if (count > 0 && last > startOffset) ran.add(n + 1);
        else if (count === 0 && first >= startOffset && last <= endOffset) ran.delete(n + 1);
      }
    }
  }
  return ran;
}

function lineAt(lines, offset) {
  let low = 0;
  let high = lines.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lines[middle][1] < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

function collect() {
  for (const { url, functions } of take()) {
    const source = sourceOf(url);
    const ran = source && open.length ? linesRun(source, functions) : new Set();
    for (const test of ran.size ? open : []) {
      const known = test.lines.get(source.path) ?? new Set();
      ran.forEach((line) => known.add(line));
      test.lines.set(source.path, known);
    }
  }
}

if (process.env.NODE_TEST_CONTEXT) {
  const { beforeEach, afterEach } = require('node:test');
  const file = place(process.argv[1]);
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  beforeEach((test) => {
    collect();
    open.push({ name: test?.name ?? '', lines: new Map() });
  });
  afterEach(() => {
    collect();
    const { name, lines } = open.pop();
    const shown = Object.fromEntries([...lines].map(([path, set]) => [path, [...set].sort((a, b) => a - b)]));
    appendFileSync(task.output, `${JSON.stringify({ file, name, lines: shown })}\n`);
  });
}
