// Records which lines of the workspace each test ran, by V8's precise coverage. It is preloaded into every test file of
// node's own runner, and used by jest_coverage.cjs, mocha_coverage.cjs and vitest_coverage.mjs.
//
// DEVAGENT_COVERAGE is a JSON object: `output`, a file that gets a JSON line per test with `lines` by path, and with
// `file` and `name`, or where the runner tells more, `test` (the id); `tests`, patterns of files that are not recorded;
// `root`, the way to the top of the workspace. What runs while a module is loaded belongs to no test.

const { appendFileSync, readFileSync } = require('node:fs');
const { relative, resolve, sep, basename, isAbsolute } = require('node:path');
const { fileURLToPath } = require('node:url');
const { Session } = require('node:inspector');
const { SourceMap } = require('node:module');

const task = JSON.parse(process.env.DEVAGENT_COVERAGE);
const root = resolve(task.root);
const session = new Session();
const sources = new Map(); // URL -> script id -> what is known of it
const maps = new Map(); // script id -> a function that looks up what it was made from
const open = []; // the tests that are running, outermost first: subtests run inside their test

const escaped = (pattern) => pattern.replace(/[.+^${}()|\\]/g, '\\$&').replace(/\*+/g, '.*').replace(/\?/g, '.');
const patterns = task.tests.map((pattern) => [pattern.includes('/'), new RegExp(`^${escaped(pattern)}$`)]);
const place = (file) => relative(root, file).split(sep).join('/');

function wanted(path) {
  const own = path && !path.startsWith('..') && !path.split('/').some((part) => part.startsWith('.') || part === 'node_modules');
  return own && !patterns.some(([whole, pattern]) => pattern.test(whole ? path : basename(path)));
}

// The file as lines: path, and for each line the offsets (UTF-16 units, as V8 counts) of its first and last character.
function sourceOf({ url, scriptId }) {
  if (!sources.has(url)) sources.set(url, new Map());
  const known = sources.get(url);
  if (!known.has(scriptId)) known.set(scriptId, described(url, scriptId));
  return known.get(scriptId);
}

function described(url, scriptId) {
  const file = url.startsWith('file:') ? fileURLToPath(url.split('?')[0]) : url;
  const path = isAbsolute(file) ? place(file) : '';
  if (!wanted(path)) return null;
  const made = maps.get(scriptId);
  return made === undefined ? { path, lines: lineSpans(readFileSync(file, 'utf8').replace(/^\ufeff/, '')) } : { path, ...made() };
}

function lineSpans(text) {
  const spans = [];
  let start = 0;
  for (const line of text.split('\n')) {
    const first = start + (line.length - line.trimStart().length);
    spans.push([first, Math.max(first, start + line.trimEnd().length)]);
    start += line.length + 1;
  }
  return spans;
}

/** What was made of a file runs in its place: its lines, and for each the number (from 1) of the line it was made from. */
function noteMade({ scriptId, sourceMapURL }) {
  const inline = /^data:application\/json[^,]*;base64,(.*)$/s.exec(sourceMapURL ?? '');
  if (inline === null) return;
  maps.set(scriptId, () => {
    let text = '';
    session.post('Debugger.getScriptSource', { scriptId }, (error, answer) => { text = error ? '' : answer.scriptSource; });
    const map = new SourceMap(JSON.parse(Buffer.from(inline[1], 'base64').toString()));
    const lines = lineSpans(text);
    let start = 0;
    const origins = text.split('\n').map((line, n) => {
      const entry = map.findEntry(n, lines[n][0] - start);
      start += line.length + 1;
      return entry.originalLine === undefined ? undefined : entry.originalLine + 1;
    });
    return { lines, origins };
  });
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

const originsOf = ({ origins }, ran) => (origins ? [...ran].map((line) => origins[line - 1]).filter(Boolean) : ran);

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
  for (const { url, scriptId, functions } of take()) {
    const source = sourceOf({ url, scriptId });
    const ran = [...(source && open.length ? originsOf(source, linesRun(source, functions)) : [])];
    for (const test of ran.length ? open : []) {
      const known = test.lines.get(source.path) ?? new Set();
      ran.forEach((line) => known.add(line));
      test.lines.set(source.path, known);
    }
  }
}

function start(made) {
  session.connect();
  session.on('Debugger.scriptParsed', ({ params }) => noteMade(params));
  if (made) session.post('Debugger.enable');
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
}

/** A test is about to run. */
function begin(test) {
  collect();
  open.push({ ...test, lines: new Map() });
}

/** The test that began last is over. */
function end() {
  collect();
  const { lines, ...test } = open.pop() ?? {};
  const shown = Object.fromEntries([...(lines ?? [])].map(([path, set]) => [path, [...set].sort((a, b) => a - b)]));
  appendFileSync(task.output, `${JSON.stringify({ ...test, lines: shown })}\n`);
}

const counts = new Map();

/** The id of a test: several of one name are told apart by their order. */
function idOf(file, names) {
  const id = `${place(file)}::${names.join(' > ')}`;
  counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts.get(id) === 1 ? id : `${id} #${counts.get(id)}`;
}

function recordNode() {
  const { beforeEach, afterEach } = require('node:test');
  const file = place(process.argv[1]);
  start(false);
  beforeEach((test) => begin({ file, name: test?.name ?? '' }));
  afterEach(end);
}

if (process.env.NODE_TEST_CONTEXT) recordNode();

module.exports = { start, begin, end, idOf };
