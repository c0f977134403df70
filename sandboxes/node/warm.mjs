// A long-lived process that runs test files again and again, each time with the workspace's modules loaded anew.
//
// Its parent (sieve.mjs) sends {wanted, thorough} once, then {file} for each run, and gets {reports, unsupported}.
// What a run leaves behind is cleared away as far as that is cheap. The rest can make a later run wrong, which is why
// the real runner has the last word.

import { ChildProcess } from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import timers from 'node:timers';
import * as harness from './harness.mjs';
import { escaped, forget, interceptRequire, load } from './modules.mjs';

const folder = process.cwd();
const channel = process.channel;
const send = process.send.bind(process);
const pending = new Set();
let wanted;
let thorough;
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
  return () => {
    for (const key of Reflect.ownKeys(object)) if (!Object.hasOwn(before, key)) Reflect.deleteProperty(object, key);
    for (const key of keys) {
      const now = Reflect.getOwnPropertyDescriptor(object, key);
      const same = now !== undefined && now.value === before[key].value && now.get === before[key].get;
      if (!same) Reflect.defineProperty(object, key, before[key]);
    }
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

/** Runs one file; ends, as the real runner does, when there is nothing left to wait for. */
async function run(file) {
  const tests = harness.begin(file, wanted.filter((id) => id.startsWith(`${file}::`)), thorough);
  process.argv = [process.execPath, join(folder, file)];
  forget();
  channel.unref();
  const idle = new Promise((resolve) => { stuck = resolve; });
  const whole = load(join(folder, file)).catch(() => {}).then(() => tests.done());
  await Promise.race([whole, idle]);
  channel.ref();
  tests.close();
  return { reports: tests.reports, unsupported: [...tests.unsupported, ...escaped] };
}

function start() {
  interceptRequire();
  interceptProcesses();
  interceptTimers();
  process.on('beforeExit', () => { channel.ref(); stuck(); });
  process.on('uncaughtException', harness.stray);
  process.on('unhandledRejection', harness.stray);
  delete process.send; // the tests have no parent to talk to
  let restore;
  process.on('disconnect', () => process.exit());
  process.on('message', async (message) => {
    if (message.wanted !== undefined) return void ({ wanted, thorough } = message);
    restore ??= processKeeper();
    const outcome = await run(message.file);
    restore();
    send(outcome);
  });
  send('ready');
}

start();
