// What runs of tests leave behind in the process of a warm worker (warm.mjs), and how it is cleared away.

import { ChildProcess } from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers';
import { escaped } from './modules.mjs';

const folder = process.cwd();
const pending = new Set();

/** Notes it when a process is started: it could go on running beside the next variants. */
export function interceptProcesses() {
  const { spawn } = ChildProcess.prototype;
  ChildProcess.prototype.spawn = function noted(...given) {
    escaped.add('child_process');
    return spawn.apply(this, given);
  };
}

/** Timers are noted, so that those which a run leaves behind can be cleared. */
export function interceptTimers() {
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
export function processKeeper() {
  const keepers = [globalThis, process.env, console, Date, Math, JSON, Object.prototype, Array.prototype].map(keeper);
  keepers.push(listenerKeeper(), handleKeeper(), clearTimers);
  return () => {
    process.exitCode = undefined;
    if (process.cwd() !== folder) process.chdir(folder);
    for (const restore of keepers) restore();
  };
}
