// One process of behave.mjs: it records the calls by which the tests enter the project, or makes such calls.
//
//     node behaving.mjs record TASK OUT HARNESS WORD...
//     node behaving.mjs make CALLS OUT FROM SECONDS
//
// HARNESS and its words are those of warm.mjs. It runs in the project's folder; DEVAGENT_ROOT is the way to the top.
// Recorded calls go to OUT as JSON. When they are made, a line of JSON is written for each as soon as it is over: [the
// call, what it came to]; before the first one [], and null at the end. The modules of the workspace are loaded anew for each.

import { openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join, relative } from 'node:path';
import { inspect } from 'node:util';
import vm from 'node:vm';
import { exportsOf, forget, interceptRequire, load, passBy, root } from './modules.mjs';
import { Kept, Recorder, decoded } from './recording.mjs';
import { interceptTimers, processKeeper } from './state.mjs';
import { variations } from './variations.mjs';

const MOST_INPUTS = 400;
// What a call may take; it has more where the machine is so busy that it did not come to run for half of that.
const LIMITS = [200, 1000, 4000];
const LATE = 'does not end';
const LONGEST = 800;
const HOW = Symbol('how');
const ACT = Symbol.for('devagent.act');
const TOLD = { depth: 6, breakLength: Infinity, compact: true, maxArrayLength: 200, maxStringLength: 500 };
// A script can be given a time, and what it calls is ended with it.
const CALL = new vm.Script("globalThis[Symbol.for('devagent.act')]()");
const { setTimeout, clearTimeout, Promise, JSON, Date } = globalThis;
const told = (value) => inspect(value, TOLD).replaceAll('\n', ' ');
const exit = process.exit.bind(process);

async function record(taskPath, out, name, ...words) {
  const task = JSON.parse(readFileSync(taskPath, 'latin1'));
  const recorder = new Recorder();
  const sources = new Set(task.sources.map((path) => join(root, path)));
  const finish = () => { writeFileSync(out, JSON.stringify(inputs(recorder.calls))); exit(0); };
  interceptRequire();
  passBy((exports, path, importer) => {
    const enters = sources.has(path) && !sources.has(importer);
    return enters ? recorder.exports(exports, relative(root, path)) : exports;
  });
  const harness = await import(`./${name}`);
  await harness.prepare?.(words);
  process.on('uncaughtException', harness.stray);
  process.on('unhandledRejection', harness.stray);
  process.on('beforeExit', finish); // a test waits for what never comes
  for (const file of new Set(task.tests.map((id) => id.split('::')[0]))) {
    forget();
    const tests = await harness.begin(file, task.tests.filter((id) => id.startsWith(`${file}::`)), true);
    await load(join(root, file)).catch(() => { tests.broken = true; });
    await tests.done();
    tests.close();
  }
  finish();
}

/** The calls as they were, then each with one value changed; all calls have their turn before one has its second. */
function inputs(calls) {
  const counts = calls.map((call) => [...changes(decoded(call))].length);
  const found = calls.map((call) => ({ call, number: null }));
  for (let number = 0; number < Math.max(0, ...counts); number += 1) {
    for (const [index, call] of calls.entries()) if (number < counts[index]) found.push({ call, number });
  }
  return found.slice(0, calls.length + MOST_INPUTS);
}

/** Acts that change a value in the arguments of a call, or of those that led to its object, the last ones first. */
function* changes({ on, given }) {
  yield* variations(given);
  for (const call of [...(on?.since ?? [])].reverse()) yield* variations(call.given);
  if (on !== undefined) yield* changes(on.origin);
}

async function make(callsPath, out, from, seconds) {
  const end = Date.now() + Number(seconds) * 1000;
  const calls = JSON.parse(readFileSync(callsPath, 'utf8'));
  const file = openSync(out, 'a');
  interceptRequire();
  interceptTimers();
  process.on('uncaughtException', () => {}); // of a call that is over: it came to what it came to
  process.on('unhandledRejection', () => {});
  const restore = processKeeper();
  writeSync(file, '[]\n');
  for (let at = Number(from); at < calls.length && Date.now() < end; at += 1) {
    forget();
    const line = await outcome(calls[at]);
    restore();
    writeSync(file, `${JSON.stringify(line)}\n`);
  }
  writeSync(file, 'null\n');
  exit(0);
}

/** [the call, what it came to]. */
async function outcome(input) {
  for (const limit of LIMITS) {
    const began = process.cpuUsage();
    const [text, words] = await attempt(input, limit);
    const { user, system } = process.cpuUsage(began);
    if (words !== LATE || (user + system) / 1000 >= limit / 2) return [text, words];
    forget();
  }
  return attempt(input, LIMITS[0]);
}

async function attempt({ call, number }, limit) {
  const known = decoded(call);
  if (number !== null) [...changes(known)][number]();
  const text = textOf(known).slice(0, LONGEST);
  try {
    const self = known.on && await object(known.on, limit);
    const given = await everyOne(known.given, limit);
    const before = [told(self), told(given)];
    const result = await run(known, self, given, limit);
    const left = result !== self && told(self) !== before[0] ? `, and leaves ${told(self)}` : '';
    const changed = told(given) === before[1] ? '' : `, and makes the arguments ${told(given)}`;
    return [text, `${told(result)}${left}${changed}`.slice(0, 2 * LONGEST)];
  } catch (error) {
    return [text, isLate(error) ? LATE : error?.[HOW] ?? `throws ${kindOf(error)}`];
  }
}

const isLate = (error) => error?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
const kindOf = (error) => (error instanceof Error ? error.constructor.name : told(error));

/** A call as it would be written, with what was done to its object before. */
function textOf({ on, name, kind, given }) {
  const last = `${kind === 'new' ? 'new ' : ''}${name}(${given.map(written).join(', ')})`;
  if (on === undefined) return last;
  if (on.since.length === 0) return `${textOf(on.origin)}.${last}`;
  return [`it = ${textOf(on.origin)}`, ...on.since.map(textOf).map((step) => `it.${step}`), `it.${last}`].join('; ');
}

const written = (value) => (value instanceof Kept ? textOf(value.origin) : told(value));

/** The arguments of a call. */
async function everyOne(given, limit) {
  const found = [];
  for (const value of given) found.push(value instanceof Kept ? await object(value, limit) : value);
  return found;
}

/** An object as it was when something was done with it. */
async function object({ origin, since }, limit) {
  const self = origin.on && await object(origin.on, limit);
  const made = await run(origin, self, await everyOne(origin.given, limit), limit);
  for (const call of since) {
    await run(call, made, await everyOne(call.given, limit), limit).catch(() => {}); // as it may have failed then
  }
  return made;
}

/** What a call comes to, within its time. */
async function run({ path, name, kind }, self, given, limit) {
  const [owner, entered] = kind === 'method' ? [self, self[name]] : await exported(path, name);
  const act = kind === 'new' ? () => Reflect.construct(entered, given) : () => Reflect.apply(entered, owner, given);
  globalThis[ACT] = act;
  return inTime(CALL.runInThisContext({ timeout: limit }));
}

async function exported(path, name) {
  const exports = await exportsOf(path);
  const parts = typeof exports === 'function' ? name.split('.').slice(1) : name.split('.');
  let [owner, found] = [undefined, exports];
  for (const part of parts) [owner, found] = [found === exports ? undefined : found, found[part]];
  return [owner, found];
}

/** What a promise comes to; whoever waits longer waits for something that nobody does. */
async function inTime(result) {
  if (!(result instanceof Promise)) return result;
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject({ [HOW]: 'waits' }), LIMITS[0]); });
  try {
    return await Promise.race([result, late]);
  } finally {
    clearTimeout(timer);
  }
}

const [mode, ...rest] = process.argv.slice(2);
await (mode === 'record' ? record : make)(...rest);
