// Keeps the calls by which tests enter the project, so that they can be made again in another process.
//
// A call is {path, name, kind: call or new, given} for what a module exports, or {on, name, kind: method, given} for a
// method of an object that an earlier call made; `on` is {origin: that call, since: the calls of its methods since}.
// `given` are the arguments, each {data} in base64 or {object}, an object as above.

import { AsyncLocalStorage } from 'node:async_hooks';
import { deserialize, serialize } from 'node:v8';

const MOST_CALLS = 120;
const MOST_OF_ONE = 30;
const MOST_SINCE = 30;
const LARGEST = 20_000;
const PLAIN = [Object, Array, Date, Map, Set, RegExp, Uint8Array].map((kind) => kind.prototype);
const { apply, construct, defineProperty, getOwnPropertyDescriptor, getPrototypeOf, ownKeys } = Reflect;
const isObject = (value) => value !== null && typeof value === 'object';
const isClass = (value) => /^class\b/.test(Function.prototype.toString.call(value));
const isNative = (value) => Function.prototype.toString.call(value).includes('[native code]');

export class Recorder {
  calls = [];
  #counts = new Map();
  #seen = new Set();
  #inside = new AsyncLocalStorage();
  #wrapped = new Map();
  #objects = new WeakMap(); // object -> how it was made, and what was done to it
  #watched = new WeakSet(); // prototypes and objects whose methods are wrapped

  /** What a test gets in the place of what a module of the project exports. */
  exports(exports, path) {
    if (typeof exports === 'function') return this.#entrance(exports, path, 'default');
    if (!isObject(exports)) return exports;
    return Object.fromEntries(Object.entries(exports).map(([name, value]) => [name, this.#member(value, path, name)]));
  }

  #member(value, path, name) {
    if (typeof value === 'function') return this.#entrance(value, path, name);
    if (name !== 'default' || !isObject(value) || getPrototypeOf(value) !== Object.prototype) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, this.#member(inner, path, `default.${key}`)]));
  }

  /** A function or class that notes how it is entered. */
  #entrance(entered, path, name) {
    const known = this.#wrapped.get(entered);
    if (known !== undefined) return known;
    const call = (kind, given, run) => this.#enter({ path, name, kind }, given, run);
    const proxy = new Proxy(entered, {
      apply: (target, self, given) => call('call', given, () => apply(target, self === proxy ? target : self, given)),
      construct: (target, given, kind) => call('new', given, () => construct(target, given, kind === proxy ? target : kind)),
      get: (target, key, self) => {
        const value = Reflect.get(target, key, self === proxy ? target : self);
        const isStatic = isClass(target) && typeof value === 'function' && Object.hasOwn(target, key) && typeof key === 'string';
        return isStatic ? this.#entrance(value, path, `${name}.${key}`) : value;
      },
    });
    this.#wrapped.set(entered, proxy);
    return proxy;
  }

  /** Runs a call; it is kept when it came from outside. */
  #enter(call, given, run) {
    if (this.#inside.getStore() === true) return run();
    const kept = this.#keep(call, given);
    const result = this.#inside.run(true, run);
    if (kept !== undefined) {
      if (result instanceof Promise) result.then((value) => this.#follow(value, kept), () => {});
      else this.#follow(result, kept);
    }
    return result;
  }

  #keep(call, given) {
    const data = this.#encoded(given);
    if (data === undefined) return undefined;
    const whole = { ...call, given: data };
    const key = JSON.stringify(whole);
    const place = `${call.path}:${call.name}:${call.on?.origin.name}`;
    const count = this.#counts.get(place) ?? 0;
    if (!this.#seen.has(key) && count < MOST_OF_ONE && this.calls.length < MOST_CALLS && key.length <= LARGEST) {
      this.#seen.add(key);
      this.#counts.set(place, count + 1);
      this.calls.push(JSON.parse(key));
    }
    return whole;
  }

  #encoded(given) {
    const found = [];
    for (const value of given) {
      const object = isObject(value) ? this.#objects.get(value) : undefined;
      if (object !== undefined) {
        if (object.lost) return undefined;
        found.push({ object: { origin: object.origin, since: [...object.since] } });
        continue;
      }
      if (!isPlain(value, 0)) return undefined;
      try {
        found.push({ data: serialize(value).toString('base64') });
      } catch {
        return undefined; // a function or a symbol is in it
      }
    }
    return found;
  }

  /** Notes what is done to an object that a call gave. */
  #follow(value, origin) {
    if (!isObject(value) || this.#objects.has(value) || isPlain(value, 0)) return;
    this.#objects.set(value, { origin, since: [], lost: false });
    for (let at = value; at !== null && !this.#watched.has(at); at = getPrototypeOf(at)) {
      if (at !== value && isNative(at.constructor ?? Object)) return;
      this.#watched.add(at);
      for (const key of ownKeys(at)) this.#watch(at, key);
    }
  }

  #watch(owner, key) {
    const found = getOwnPropertyDescriptor(owner, key);
    if (typeof key !== 'string' || key === 'constructor' || typeof found.value !== 'function' || !found.configurable) return;
    const recorder = this;
    const method = found.value;
    const noted = function (...given) {
      return recorder.#method(this, key, given, () => apply(method, this, given));
    };
    defineProperty(noted, 'name', { value: method.name });
    defineProperty(noted, 'length', { value: method.length });
    defineProperty(owner, key, { ...found, value: noted });
  }

  #method(self, name, given, run) {
    const object = isObject(self) ? this.#objects.get(self) : undefined;
    if (object === undefined || object.lost || this.#inside.getStore() === true) return run();
    const on = { origin: object.origin, since: [...object.since] };
    const data = this.#encoded(given);
    if (data === undefined || object.since.length >= MOST_SINCE) object.lost = true;
    else object.since.push({ name, kind: 'method', given: data });
    return this.#enter({ on, name, kind: 'method' }, given, run);
  }
}

/** Whether nothing is lost when a value is copied. */
function isPlain(value, depth) {
  if (typeof value === 'function' || typeof value === 'symbol' || depth > 8) return false;
  if (!isObject(value)) return true;
  const kind = getPrototypeOf(value);
  if (kind !== null && !PLAIN.includes(kind)) return false;
  const inner = value instanceof Map ? [...value].flat() : value instanceof Set ? [...value] : Object.values(value);
  return inner.length <= 1000 && inner.every((part) => isPlain(part, depth + 1));
}

/** An argument that is an object which calls made. */
export class Kept {
  constructor({ origin, since }) {
    Object.assign(this, { origin: decoded(origin), since: since.map(decoded) });
  }
}

/** A call with its arguments as they were given. */
export function decoded(call) {
  const given = call.given.map(({ data, object }) => (object ? new Kept(object) : deserialize(Buffer.from(data, 'base64'))));
  return { ...call, given, on: call.on && new Kept(call.on) };
}
