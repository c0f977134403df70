// Stands for `node:test` in the warm worker: runs the tests of one file in order and notes the ids of those that
// passed, as names.mjs does for the real runner. It also notes what is asked of it that it lacks: such files go to the
// real runner.

import assert from 'node:assert';
import { AsyncLocalStorage } from 'node:async_hooks';
import { mock } from 'node:test';

// The tests may replace these.
const { setTimeout, clearTimeout } = globalThis;
const AWAITS_SUBTESTS = Number(process.versions.node.split('.')[0]) >= 24;
const HOOKS = ['before', 'after', 'beforeEach', 'afterEach'];
const scope = new AsyncLocalStorage();
let current;

/** One run of one test file: `reports` are [id, whether it passed], `unsupported` names what this harness lacks. */
class Run {
  reports = [];
  unsupported = new Set();
  stopped = false;
  #seen = new Map();

  constructor(file, wanted, thorough) {
    Object.assign(this, { file, wanted, thorough, names: wanted.map((id) => id.replace(/ #\d+$/, '')) });
    this.root = new Suite(this, null, file, {}, undefined);
  }

  /** Whether this test, one around it or one inside it is asked for. */
  wants(id) {
    return this.names.some((name) => name === id || name.startsWith(`${id} > `) || id.startsWith(`${name} > `));
  }

  report(id, good) {
    if (this.stopped) return;
    const count = (this.#seen.get(id) ?? 0) + 1;
    this.#seen.set(id, count);
    const unique = count === 1 ? id : `${id} #${count}`;
    this.reports.push([unique, good]);
    this.stopped = !good && !this.thorough && this.wanted.includes(unique);
  }

  /** How many of some tests passed. */
  passed(ids) {
    const found = new Map();
    for (const [id, good] of this.reports) found.set(id, good && found.get(id) !== false);
    return ids.filter((id) => found.get(id)).length;
  }

  /** Waits for all tests, also for those that were added meanwhile. */
  async done() {
    let last;
    do {
      last = this.root.tail;
      await last;
    } while (last !== this.root.tail);
    await this.root.runHooks('after').catch(() => {}); // reported by the real runner, but not as one of the tests
  }

  /** What is still under way reports nothing any more. */
  close() {
    this.stopped = true;
  }
}

/** A test or suite: what both have. */
class Node {
  children = [];
  tail = Promise.resolve();
  error = undefined;
  finished = false;
  passed = false;
  hooks = Object.fromEntries(HOOKS.map((name) => [name, []]));

  constructor(run, parent, name, options, body) {
    const { skip, todo, timeout } = options;
    Object.assign(this, { run, parent, name, body, todo: isOn(todo), skipped: isOn(skip) });
    this.timeout = timeout ?? parent?.timeout ?? Infinity;
    this.id = parent === null ? name : `${parent.id}${parent.parent === null ? '::' : ' > '}${name}`;
    this.controller = new AbortController();
    this.context = this.makeContext();
    this.stop = new Promise((_, reject) => { this.abort = reject; });
    this.stop.catch(() => {}); // nobody may be waiting when a stray error arrives
    parent?.children.push(this);
  }

  fail(error) {
    this.error ??= { error };
    this.abort(error);
  }

  addHook(name, body, options = {}) {
    const hook = { body: body ?? (() => {}), timeout: options.timeout ?? Infinity, outcome: undefined };
    this.hooks[name].push(hook);
  }

  /** Runs hooks of this node for the test or suite whose context they get; those for the whole of it run once. */
  async runHooks(name, node = this) {
    for (const hook of this.hooks[name]) {
      if (name.endsWith('Each')) await this.call(hook.body, node.context, hook.timeout);
      else await (hook.outcome ??= this.call(hook.body, this.context, hook.timeout));
    }
  }

  /** Calls a function as the runner does: with a callback if it takes two arguments, and within its time. */
  async call(body, context, timeout) {
    let timer;
    const late = new Promise((_, reject) => {
      if (timeout !== Infinity) timer = setTimeout(() => reject(new Error('timed out')), timeout).unref();
    });
    try {
      await Promise.race([scope.run(this, () => called(body, context)), this.stop, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  finish() {
    this.finished = true;
    const failed = this.children.filter((child) => !child.passed && !child.todo && child.ran !== false);
    this.passed = this.error === undefined && failed.length === 0;
    this.mock?.reset();
    this.run.report(this.id, this.passed && !this.skipped);
  }

  /** Reports this and everything in it as failed, because it could not run. */
  cancel() {
    if (this.finished) return;
    for (const child of this.children) child.cancel();
    this.fail(new Error('cancelled'));
    this.finish();
  }

  /** Runs unless nobody wants to know; such a test counts for nothing. */
  async start() {
    if (this.run.stopped || !this.run.wants(this.id)) this.ran = false;
    else if (!this.finished) await this.execute();
  }
}

class Test extends Node {
  async execute() {
    try {
      await this.parent.runHooks('before');
      if (!this.skipped) await this.runEach('beforeEach', this.lineage());
      if (!this.skipped) await this.call(this.body, this.context, this.timeout);
      if (AWAITS_SUBTESTS) await this.tail;
    } catch (error) {
      this.fail(error);
    }
    await this.tidy();
    for (const child of this.children) if (child.ran !== false) child.cancel();
    this.finish();
  }

  async tidy() {
    try {
      if (!this.skipped) await this.runEach('afterEach', this.lineage().reverse());
      await this.runHooks('after');
    } catch (error) {
      this.fail(error);
    }
  }

  async runEach(name, nodes) {
    for (const node of nodes) await node.runHooks(name, this);
  }

  /** The nodes around this test, outermost first. */
  lineage() {
    const found = [];
    for (let node = this.parent; node !== null; node = node.parent) found.unshift(node);
    return found;
  }

  add(child) {
    this.tail = this.tail.then(() => child.start());
    return this.tail.then(() => undefined);
  }

  makeContext() {
    const { run, name, controller } = this;
    const context = {
      name,
      fullName: this.id.slice(this.id.indexOf('::') + 2),
      signal: controller.signal,
      assert: guarded(Object.assign((...values) => assert(...values), assert), run),
      diagnostic() {},
      runOnly() {},
      skip: () => { this.skipped = true; },
      todo: () => { this.todo = true; },
      test: (...given) => declare(Test, this, given),
    };
    for (const hook of HOOKS) context[hook] = (...given) => this.addHook(hook, ...given);
    // Made when it is asked for: most tests have no use for it.
    Object.defineProperty(context, 'mock', { get: () => (this.mock ??= new mock.constructor()) });
    return guarded(context, run);
  }
}

class Suite extends Node {
  constructor(...given) {
    super(...given);
    if (this.body === undefined || this.skipped) return;
    try {
      this.built = Promise.resolve(scope.run(this, () => Reflect.apply(this.body, this.context, [this.context])));
      this.built.catch((error) => this.fail(error));
    } catch (error) {
      this.fail(error);
    }
  }

  async execute() {
    try {
      await this.built;
      await this.parent.runHooks('before');
      await this.runHooks('before');
      if (this.error === undefined) for (const child of this.children) await child.start();
    } catch (error) {
      this.fail(error);
    }
    await this.runHooks('after').catch((error) => this.fail(error));
    for (const child of this.children) if (child.ran !== false) child.cancel();
    this.finish();
  }

  /** The tests of a file run as they are declared, those of a suite when it is complete. */
  add(child) {
    if (this.parent !== null) return Promise.resolve();
    this.tail = this.tail.then(() => child.start());
    return this.tail.then(() => undefined);
  }

  makeContext() {
    const { run, name, controller } = this;
    return guarded({ name, fullName: this.id.slice(this.id.indexOf('::') + 2), signal: controller.signal }, run);
  }
}

const isOn = (option) => option !== undefined && option !== false;

/** An object that notes when something is asked of it which it does not have. */
function guarded(target, run) {
  const get = (object, key) => {
    if (typeof key === 'string' && key !== 'then' && !(key in object)) run.unsupported.add(key);
    return Reflect.get(object, key);
  };
  return new Proxy(target, { get });
}

function called(body, context) {
  if (body.length !== 2) return Reflect.apply(body, context, [context]);
  return new Promise((resolve, reject) => {
    const result = Reflect.apply(body, context, [context, (error) => (error ? reject(error) : resolve())]);
    if (result instanceof Promise) reject(new Error('both a callback and a promise'));
  });
}

function declare(Kind, parent, [name, options, body], forced = {}) {
  if (typeof name === 'function') [name, options, body] = [undefined, {}, name];
  else if (name !== null && typeof name === 'object') [name, options, body] = [undefined, name, options];
  else if (typeof options === 'function') [options, body] = [{}, options];
  const label = typeof name === 'string' && name !== '' ? name : body?.name || '<anonymous>';
  return parent.add(new Kind(parent.run, parent, label, { ...options, ...forced }, body ?? (() => {})));
}

const here = () => scope.getStore() ?? current.root;

function declarer(Kind) {
  const declared = (...given) => declare(Kind, here(), given);
  for (const keyword of ['skip', 'todo', 'only']) {
    declared[keyword] = (...given) => declare(Kind, here(), given, { [keyword]: true });
  }
  return declared;
}

const hook = (name) => (...given) => here().addHook(name, ...given);

export const test = declarer(Test);
export const it = declarer(Test);
export const describe = declarer(Suite);
export const suite = declarer(Suite);
export const [before, after, beforeEach, afterEach] = HOOKS.map(hook);
export { mock };
export default Object.assign(test, { test, it, describe, suite, before, after, beforeEach, afterEach, mock });

/** Makes a fresh run the one that tests are added to. */
export function begin(file, wanted, thorough) {
  mock.reset();
  current = new Run(file, wanted, thorough);
  return current;
}

/** An error that nobody caught belongs to the test out of which it came, if that is still running. */
export function stray(error) {
  const node = scope.getStore();
  if (node !== undefined && !node.finished) node.fail(error);
}
