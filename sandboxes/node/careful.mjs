// The steps of expressions that nobody may notice (devagent/repair/careful.py writes such expressions). Each step looks
// first, and gives up with `Unsafe` where it would run a getter, a proxy or any code of the program, change something
// that the program has, or not be the same a second time.

import { types } from 'node:util';

export const Unsafe = Symbol('unsafe');
const MOST = 100_000;
const MOST_PARTS = 10_000;

/** Objects that steps made: nothing of the program refers to them. */
export const made = new WeakSet();
const lambdas = new WeakSet();

const isObject = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function';
const { getPrototypeOf, getOwnPropertyDescriptor } = Object;

function check(holds) {
  if (!holds) throw Unsafe;
}

function named(owner, names) {
  return names.split(' ').map((name) => owner[name]).filter((found) => typeof found === 'function');
}

const PURE_ARRAY = named(Array.prototype, 'at includes indexOf lastIndexOf slice concat map filter some every find findIndex findLast findLastIndex reduce reduceRight flat flatMap keys values entries toSorted toReversed join');
const CHANGING_ARRAY = named(Array.prototype, 'sort reverse');
const STRING = named(String.prototype, 'at charAt charCodeAt codePointAt concat endsWith includes indexOf lastIndexOf localeCompare match normalize padEnd padStart repeat replace replaceAll search slice split startsWith substring substr toLowerCase toUpperCase trim trimStart trimEnd toString valueOf');
const NUMBER = named(Number.prototype, 'toFixed toPrecision toString valueOf');
const REGEXP = named(RegExp.prototype, 'exec test');
const DATE = named(Date.prototype, 'getTime getFullYear getMonth getDate getDay getHours getMinutes getSeconds getMilliseconds getUTCFullYear getUTCMonth getUTCDate getUTCDay getUTCHours getUTCMinutes getUTCSeconds getUTCMilliseconds getTimezoneOffset toISOString valueOf');
const MAP = named(Map.prototype, 'get has keys values entries');
const SET = named(Set.prototype, 'has keys values entries');
const OBJECT = named(Object, 'keys values entries hasOwn is');
const STATIC = [
  ...named(Number, 'isFinite isInteger isNaN isSafeInteger parseFloat parseInt'),
  ...named(String, 'fromCharCode fromCodePoint'),
  ...named(Math, Object.getOwnPropertyNames(Math).filter((name) => name !== 'random').join(' ')),
  Date.UTC,
];
const FUNCTIONS = new Set([
  Number, String, Boolean, parseInt, parseFloat, isNaN, isFinite, encodeURIComponent, encodeURI, decodeURIComponent,
  decodeURI, ...STATIC,
]);
const GETTERS = new Set([
  [Map.prototype, 'size'], [Set.prototype, 'size'], [RegExp.prototype, 'flags'], [RegExp.prototype, 'source'],
  [RegExp.prototype, 'global'],
].map(([owner, name]) => getOwnPropertyDescriptor(owner, name).get));
const ERRORS = [Error, TypeError, RangeError, SyntaxError, EvalError, URIError, ReferenceError];
const iterate = { array: Array.prototype[Symbol.iterator], string: String.prototype[Symbol.iterator] };
const steps = { map: new Map().entries(), set: new Set().values() };
const [mapNext, setNext] = [getPrototypeOf(steps.map).next, getPrototypeOf(steps.set).next];

const isIntact = () => Array.prototype[Symbol.iterator] === iterate.array && getPrototypeOf(steps.map).next === mapNext
  && getPrototypeOf(steps.set).next === setNext && String.prototype[Symbol.iterator] === iterate.string;

const isPlainArray = (value) => Array.isArray(value) && !types.isProxy(value) && getPrototypeOf(value) === Array.prototype
  && !Object.hasOwn(value, 'constructor') && value.length <= MOST_PARTS;

const isKind = (value, kind, test) => test(value) && !types.isProxy(value) && getPrototypeOf(value) === kind.prototype
  && Reflect.ownKeys(value).every((key) => key === 'lastIndex');

const isDate = (value) => isKind(value, Date, types.isDate);
const isMap = (value) => isKind(value, Map, types.isMap);
const isSet = (value) => isKind(value, Set, types.isSet);
const isRegExp = (value) => isKind(value, RegExp, types.isRegExp);

/** A regular expression that using does not change. */
const isStill = (value) => isRegExp(value) && (made.has(value) || !(value.global || value.sticky));

export function fresh(value) {
  if (isObject(value)) made.add(value);
  return value;
}

export function lambda(given) {
  lambdas.add(given);
  return given;
}

/** A value that becomes a number or a string without a word of the program. */
export function plain(value) {
  if (!isObject(value)) return value;
  check(isDate(value) && Date.prototype[Symbol.toPrimitive] === toPrimitive);
  return value;
}

const toPrimitive = Date.prototype[Symbol.toPrimitive];

export function when(value, rest) {
  return value === null || value === undefined ? undefined : rest(value);
}

export function get(owner, key) {
  check(!isObject(key));
  if (!isObject(owner)) {
    if (owner === null || owner === undefined) throw new TypeError('no members');
    if (typeof owner === 'string' && Object.hasOwn(owner, key)) return owner[key]; // a character, or how many
  }
  for (let at = isObject(owner) ? owner : getPrototypeOf(owner); at !== null; at = getPrototypeOf(at)) {
    check(!types.isProxy(at));
    const found = getOwnPropertyDescriptor(at, key);
    if (found === undefined) continue;
    if ('value' in found) return found.value;
    check(GETTERS.has(found.get));
    return found.get.call(owner);
  }
  return undefined;
}

export function has(key, owner) {
  check(!isObject(key));
  if (!isObject(owner)) throw new TypeError('no members');
  for (let at = owner; at !== null; at = getPrototypeOf(at)) {
    check(!types.isProxy(at));
    if (Object.hasOwn(at, key)) return true;
  }
  return false;
}

export function instance(value, kind) {
  check(typeof kind === 'function' && !types.isProxy(kind) && get(kind, Symbol.hasInstance) === Function.prototype[Symbol.hasInstance]);
  for (let at = value; isObject(at); at = getPrototypeOf(at)) check(!types.isProxy(at));
  get(kind, 'prototype');
  return value instanceof kind;
}

/** What a value has that can be gone through, as a list. */
export function parts(value) {
  check(isIntact());
  if (typeof value === 'string' && value.length <= MOST) return [...value];
  if (!isObject(value)) throw new TypeError('not iterable');
  check(isPlainArray(value) || isMap(value) || isSet(value) || (made.has(value) && value.next !== undefined));
  check(value.size === undefined || value.size <= MOST_PARTS);
  check(value[Symbol.iterator] !== undefined);
  return [...value];
}

/** An object whose own members can be read in one go. */
export function properties(value) {
  if (!isObject(value)) return value;
  check(!types.isProxy(value));
  const keys = Reflect.ownKeys(value);
  check(keys.length <= MOST_PARTS && keys.every((key) => 'value' in getOwnPropertyDescriptor(value, key)));
  return value;
}

const areSmall = (values) => values.every((value) => typeof value !== 'number' || !(value > MOST));
const isGiven = (value) => !isObject(value) || lambdas.has(value) || [Number, String, Boolean].includes(value);

export function invoke(called, values) {
  if (typeof called !== 'function') throw new TypeError('not a function');
  check(FUNCTIONS.has(called));
  values.forEach(plain);
  return called(...values);
}

export function call(owner, name, values) {
  const called = get(owner, name);
  if (typeof called !== 'function') throw new TypeError('not a function');
  if (typeof owner === 'function') return callStatic(called, values);
  check(isIntact());
  if (typeof owner === 'string') return callString(owner, called, values);
  if (typeof owner === 'number') check(NUMBER.includes(called) && values.every((value) => !isObject(value)));
  else if (isPlainArray(owner)) checkArray(owner, called, values);
  else if (isStill(owner)) check(REGEXP.includes(called) && owner.exec === REGEXP[0] && values.every((value) => !isObject(value)));
  else if (isDate(owner)) check(DATE.includes(called));
  else if (isMap(owner)) check(MAP.includes(called) && owner.size <= MOST_PARTS);
  else if (isSet(owner)) check(SET.includes(called) && owner.size <= MOST_PARTS);
  else if (owner === Math) return callStatic(called, values);
  else if (owner === JSON) return stringify(called, values);
  else check(false);
  const result = called.apply(owner, values);
  return isNew(owner, called) ? fresh(result) : result;
}

/** Whether a method makes what it gives; the others give what is there. */
const isNew = (owner, called) => NEW.has(called) || isRegExp(owner);
const NEW = new Set([
  ...named(Array.prototype, 'slice concat map filter flat flatMap keys values entries toSorted toReversed'),
  ...named(Map.prototype, 'keys values entries'), ...named(Set.prototype, 'keys values entries'),
]);

function checkArray(owner, called, values) {
  const changes = CHANGING_ARRAY.includes(called);
  check(PURE_ARRAY.includes(called) || (changes && made.has(owner)));
  check(owner.constructor === Array && areSmall(values));
  const search = called === PURE_ARRAY[1] || called === PURE_ARRAY[2] || called === PURE_ARRAY[3];
  const concat = called === Array.prototype.concat;
  const reduces = called === Array.prototype.reduce || called === Array.prototype.reduceRight;
  if (concat) check(values.every((value) => !isObject(value) || isPlainArray(value)) && Array.prototype[Symbol.isConcatSpreadable] === undefined);
  else if (reduces) check(lambdas.has(values[0]));
  else if (!search) check(values.every(isGiven));
  const plains = called === Array.prototype.join || ((changes || called === Array.prototype.toSorted) && values[0] === undefined);
  if (plains) check(owner.every((part) => !isObject(part)));
  if (called === Array.prototype.flat || called === Array.prototype.flatMap) check(owner.every((part) => !types.isProxy(part)));
}

function callString(owner, called, values) {
  check(STRING.includes(called) && areSmall(values) && owner.length <= MOST);
  const patterned = values.length > 0 && isObject(values[0]);
  if (patterned) check(isStill(values[0]) && values[0].exec === REGEXP[0]);
  check(values.slice(patterned ? 1 : 0).every((value) => !isObject(value) || lambdas.has(value)));
  return fresh(called.apply(owner, values));
}

function callStatic(called, values) {
  if (called === Array.isArray) return Array.isArray(values[0]);
  if (called === Array.of) return fresh(values);
  if (called === Array.from) return fresh(arrayFrom(values));
  if (called === Object.fromEntries) return fresh(Object.fromEntries(parts(values[0]).filter((part) => { check(isPlainArray(part)); plain(part[0]); return true; })));
  if (called === Object.assign) {
    check(made.has(values[0]));
    values.forEach(properties);
    return Object.assign(...values);
  }
  if (OBJECT.includes(called)) {
    properties(values[0]);
    values.slice(1).forEach((value) => check(called === Object.is || !isObject(value)));
    const found = called(...values);
    return Array.isArray(found) ? fresh(found.map((part) => (called === Object.entries ? fresh(part) : part))) : found;
  }
  check(FUNCTIONS.has(called));
  values.forEach(plain);
  return called(...values);
}

function arrayFrom([from, mapping, ...rest]) {
  check(rest.length === 0 && (mapping === undefined || isGiven(mapping)));
  if (!made.has(from) || from.next !== undefined || Array.isArray(from)) return parts(from).map((part, index) => (mapping ? mapping(part, index) : part));
  check(getPrototypeOf(from) === Object.prototype && Number.isInteger(from.length) && from.length <= MOST_PARTS);
  return Array.from(from, mapping);
}

function stringify(called, values) {
  check(called === JSON.stringify && values.slice(1).every((value) => !isObject(value)));
  let room = MOST_PARTS;
  const look = (value) => {
    check(room-- > 0 && typeof value !== 'bigint');
    if (typeof value === 'function' || !isObject(value)) return;
    check(isPlainArray(value) || getPrototypeOf(properties(value)) === Object.prototype);
    check(get(value, 'toJSON') === undefined);
    for (const key of Object.keys(properties(value))) look(value[key]);
  };
  look(values[0]);
  return JSON.stringify(...values);
}

export function make(Kind, values) {
  if (typeof Kind !== 'function') throw new TypeError('not a constructor');
  check(isIntact());
  if (Kind === Set) return fresh(new Set(values[0] === undefined || values[0] === null ? [] : parts(values[0])));
  if (Kind === Map) {
    const entries = values[0] === undefined || values[0] === null ? [] : parts(values[0]);
    entries.forEach((entry) => check(isPlainArray(entry)));
    return fresh(new Map(entries));
  }
  if (Kind === RegExp) check(values.every((value) => !isObject(value)));
  else if (Kind === Date) { check(values.length > 0); values.forEach(plain); }
  else check(ERRORS.includes(Kind) && values.every((value) => !isObject(value)));
  return fresh(new Kind(...values));
}

/** Whether two values, each of an expression of its own, are the same to all that comes after. */
export function isSame(one, other) {
  const pairs = new Map();
  const partners = new Map();
  let room = MOST_PARTS;
  const lists = (a, b) => a.length === b.length && a.every((part, index) => same(part, b[index]));
  const same = (a, b) => {
    check(room-- > 0 && !lambdas.has(a) && !lambdas.has(b));
    if (Object.is(a, b)) return true;
    if (!isObject(a) || !isObject(b) || !made.has(a) || !made.has(b)) return false;
    if (pairs.has(a) || partners.has(b)) return pairs.get(a) === b && partners.get(b) === a;
    pairs.set(a, b);
    partners.set(b, a);
    const kind = getPrototypeOf(a);
    if (kind !== getPrototypeOf(b)) return false;
    if (Map.prototype === kind) return lists([...a].flat(), [...b].flat());
    if (Set.prototype === kind) return lists([...a], [...b]);
    if (Date.prototype === kind) return Object.is(a.getTime(), b.getTime());
    if (RegExp.prototype === kind) return a.source === b.source && a.flags === b.flags && a.lastIndex === b.lastIndex;
    if (ERRORS.some((error) => error.prototype === kind)) return a.message === b.message;
    check(kind === Array.prototype || kind === Object.prototype || kind === null);
    const [keys, others] = [Reflect.ownKeys(a), Reflect.ownKeys(b)];
    return lists(keys, others) && keys.every((key) => same(a[key], b[key]));
  };
  return same(one, other);
}
