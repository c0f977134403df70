// A long-lived process that runs test files again and again, each time with the workspace's modules loaded anew.
//
// Its parent (sieve.mjs) sends the settings once: {wanted, tests, files, counts}. Then it sends {file, thorough} for
// one run, and gets {reports, unsupported}; or {sites, ways, milliseconds, order: test files, all}, and gets what was
// seen at the sites (watch.mjs); or {series: variants, order, all, thorough}, and gets {done}. Of a series it is written to the file `counts` as it is known how many of `tests` each variant passes, so that nobody has to be
// woken for that, and that it is known too when a variant ends the process.
//
// What a run leaves behind is cleared away as far as that is cheap. The rest can make a later run wrong, which is why
// the real runner has the last word.

import { ChildProcess } from 'node:child_process';
import { openSync, writeSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import timers from 'node:timers';
import { Copy } from './copy.mjs';
import * as harness from './harness.mjs';
import { escaped, forget, interceptRequire, isCode, load } from './modules.mjs';
import { NAME, Watch } from './watch.mjs';

const { setImmediate } = timers;
const folder = process.cwd();
const channel = process.channel;
const send = process.send.bind(process);
const pending = new Set();
const copy = new Copy(process.cwd());
let settings;
let originals;
let counts;
let restore;
let stuck = () => {};

/** What a process leaves behind would go on running beside the next variants. */
function interceptProcesses() {
  const { spawn } = ChildProcess.prototype;
  ChildProcess.prototype.spawn = function noted(...given) {
    escaped.add('child_process');
    return spawn.apply(this, given);
  };
}

/** Timers are noted, so that those which a run leaves behind can be cleared. */
function interceptTimers() {
  for (const name of ['setTimeout', 'setInterval', 'setImmediate']) {
    const original = timers[name];
    const noted = function (...given) {
      const timer = original(...given);
      pending.add(timer);
      return timer;
    };
    Object.defineProperties(noted, Object.getOwnPropertyDescriptors(original)); // `util.promisify` looks there
    timers[name] = noted;
    globalThis[name] = noted;
  }
  syncBuiltinESMExports();
}

function clearTimers() {
  const { clearTimeout, clearImmediate } = timers;
  for (const timer of pending) (timer?.constructor?.name === 'Immediate' ? clearImmediate : clearTimeout)(timer);
  pending.clear();
}

/** A function that puts back an object's own properties as they are now. */
function keeper(object) {
  const before = Object.getOwnPropertyDescriptors(object);
  const keys = Reflect.ownKeys(before);
  const values = keys.filter((key) => before[key].value !== undefined);
  const rest = keys.filter((key) => before[key].value === undefined);
  const isSame = (key) => {
    const now = Reflect.getOwnPropertyDescriptor(object, key);
    return now !== undefined && now.value === before[key].value && now.get === before[key].get;
  };
  const restore = () => {
    for (const key of Reflect.ownKeys(object)) if (!Object.hasOwn(before, key)) Reflect.deleteProperty(object, key);
    for (const key of keys) if (!isSame(key)) Reflect.defineProperty(object, key, before[key]);
  };
  return () => {
    // Most often nothing was touched: to see that is quicker than to look at each description.
    const same = Reflect.ownKeys(object).length === keys.length && values.every((key) => object[key] === before[key].value);
    if (!same || !rest.every(isSame)) restore();
  };
}

function listenerKeeper() {
  const listeners = () => new Map(process.eventNames().map((name) => [name, process.rawListeners(name)]));
  const before = listeners();
  return () => {
    for (const [name, found] of listeners()) {
      for (const listener of found) if (!before.get(name)?.includes(listener)) process.removeListener(name, listener);
    }
    for (const [name, kept] of before) {
      for (const listener of kept) if (!process.rawListeners(name).includes(listener)) process.on(name, listener);
    }
  };
}

function handleKeeper() {
  const before = new Set(process._getActiveHandles());
  return () => {
    for (const handle of process._getActiveHandles()) {
      if (!before.has(handle)) (handle.destroy ?? handle.close)?.call(handle);
    }
  };
}

/** A function that undoes what a run did to the process. */
function processKeeper() {
  const keepers = [globalThis, process.env, console, Date, Math, JSON, Object.prototype, Array.prototype].map(keeper);
  keepers.push(listenerKeeper(), handleKeeper(), clearTimers);
  return () => {
    process.exitCode = undefined;
    if (process.cwd() !== folder) process.chdir(folder);
    for (const restore of keepers) restore();
  };
}

/** Runs the tests of some ids in their file; ends, as the real runner does, when there is nothing left to wait for. */
async function run(file, ids, thorough) {
  const tests = harness.begin(file, ids, thorough);
  process.argv = [process.execPath, join(folder, file)];
  forget();
  channel.unref();
  const idle = new Promise((resolve) => { stuck = resolve; });
  const whole = load(join(folder, file)).catch(() => {}).then(() => tests.done());
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
    if (isCode(join(folder, path), text.toString().replace(/^#!.*/, ''))) copy.put(path, text);
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

function start() {
  interceptRequire();
  interceptProcesses();
  interceptTimers();
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
  send('ready');
}

start();
