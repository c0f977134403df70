// A long-lived process that runs test files again and again, each time with the workspace's modules loaded anew.
//
//     node warm.mjs HARNESS WORD...
//
// HARNESS is the module that runs the tests of a file (harness.mjs, mocha_harness.mjs); the words are the options that
// the project gives its test runner. It runs in the project's folder; paths and ids are relative to the top of the
// workspace. Environment: DEVAGENT_ROOT, the way there.
//
// The parent (sieve.mjs) sends the settings once: {wanted, tests, files, counts}. Then it sends {file, thorough} for
// one run, and gets {reports, unsupported}; or {sites, ways, milliseconds, order: test files, all}, and gets what was
// seen at the sites (watch.mjs); or {series: variants, order, all, thorough}, and gets {done}. Of a series it is written
// to the file `counts` as it is known how many of `tests` each variant passes, so that nobody has to be woken for that,
// and that it is known too when a variant ends the process.
//
// What a run leaves behind is cleared away as far as that is cheap. The rest can make a later run wrong, which is why
// the real runner has the last word.

import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import timers from 'node:timers';
import { Copy } from './copy.mjs';
import { escaped, forget, interceptRequire, isCode, load, root } from './modules.mjs';
import { interceptProcesses, interceptTimers, processKeeper } from './state.mjs';
import { NAME, Watch } from './watch.mjs';

// What is left behind by runs adds up: after so many the process should be replaced.
const MOST_RUNS = 600;
const { setImmediate } = timers;
const channel = process.channel;
const send = process.send.bind(process);
const copy = new Copy(root);
let harness;
let settings;
let originals;
let counts;
let restore;
let stuck = () => {};

/** Runs the tests of some ids in their file; ends, as the real runner does, when there is nothing left to wait for. */
async function run(file, ids, thorough) {
  process.argv = [process.execPath, join(root, file)];
  forget();
  const tests = await harness.begin(file, ids, thorough);
  channel.unref();
  const idle = new Promise((resolve) => { stuck = resolve; });
  const whole = load(join(root, file)).catch(() => { tests.broken = true; }).then(() => tests.done());
  await Promise.race([whole, idle]);
  channel.ref();
  tests.close();
  restore();
  return tests;
}

const idsIn = (file, ids) => ids.filter((id) => id.startsWith(`${file}::`));

async function runFile({ file, thorough }) {
  const tests = await run(file, idsIn(file, settings.wanted), thorough);
  return { reports: tests.reports, unsupported: [...tests.unsupported, ...escaped] };
}

/** Notes how many tests a variant passes so far, and whether it has begun (1) or is done (2). */
function note(index, passed, state) {
  writeSync(counts, Uint32Array.of(passed, state), 0, 8, 8 * index);
}

/** Runs the tests that should pass, with `all` among those to keep; how many of them passed. */
async function passing(file, all, thorough) {
  const ran = await run(file, idsIn(file, all ? settings.wanted : settings.tests), thorough);
  return ran.passed(idsIn(file, settings.tests));
}

async function tryVariant(index, { order, all, thorough }) {
  let passed = 0;
  for (const file of order) {
    note(index, passed, 1);
    const now = await passing(file, all, thorough);
    passed += now;
    if (now < idsIn(file, settings.tests).length && !thorough) break;
  }
  note(index, passed, 2);
}

async function trySeries({ series, ...plan }) {
  for (const [index, [path, start, end, text]] of series.entries()) {
    const old = originals.get(path);
    copy.put(path, Buffer.concat([old.subarray(0, start), Buffer.from(text, 'latin1'), old.subarray(end)]));
    await tryVariant(index, plan);
    copy.put(path, old);
    await new Promise((resolve) => { setImmediate(resolve); }); // what the run still had to do is done
  }
  return { done: true };
}

/** One run of the tests that should pass, with a look at all sites. */
async function watch({ sites, ways, milliseconds, order, all }) {
  const look = new Watch(sites, ways, milliseconds);
  for (const [path, old] of originals) {
    const text = look.watched(path, old);
    if (isCode(join(root, path), text.toString().replace(/^#!.*/, ''))) copy.put(path, text);
    else look.forgo(path);
  }
  globalThis[NAME] = look;
  let passed = 0;
  for (const file of order) passed += await passing(file, all, true);
  for (const [path, old] of originals) copy.put(path, old);
  return { passed, ...look.findings() };
}

function begin(given) {
  settings = given;
  originals = new Map(Object.entries(given.files).map(([path, text]) => [path, Buffer.from(text, 'latin1')]));
  counts = openSync(given.counts, 'r+');
  Object.defineProperty(globalThis, NAME, { writable: true }); // it is kept
  restore = processKeeper();
}

async function start([name, ...words]) {
  interceptRequire();
  interceptProcesses();
  interceptTimers();
  harness = await import(`./${name}`);
  await harness.prepare?.(words);
  process.on('beforeExit', () => { channel.ref(); stuck(); });
  process.on('uncaughtException', harness.stray);
  process.on('unhandledRejection', harness.stray);
  delete process.send; // the tests have no parent to talk to
  process.on('disconnect', () => process.exit());
  process.on('message', async (message) => {
    if (message.wanted !== undefined) begin(message);
    else if (message.series !== undefined) send(await trySeries(message));
    else send(await (message.sites === undefined ? runFile(message) : watch(message)));
  });
  send({ ready: MOST_RUNS });
}

await start(process.argv.slice(2));
