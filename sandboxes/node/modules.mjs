// Loads the workspace's modules anew for each run of the warm worker. Node keeps ES modules for ever, so those of the
// workspace are made with `node:vm` here; packages and node's own modules are loaded once, by node.

import { existsSync, readFileSync } from 'node:fs';
import Module from 'node:module';
import { basename, dirname, join, resolve as absolute } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import vm from 'node:vm';
import * as harness from './harness.mjs';

/** The top of the workspace; the current folder is the project's. */
export const root = absolute(process.env.DEVAGENT_ROOT);

const workspace = `${root}/`;
// A thread or a cluster would run beside the next variants.
const ESCAPES = new Set(['worker_threads', 'cluster']);
// What a CommonJS module is given.
const NAMES = ['exports', 'require', 'module', '__filename', '__dirname'];
// Text of CommonJS that may import ES modules; `import(...)` in a comment does no harm.
const DYNAMIC = /\bimport\s*\(/;
const outside = new Map();
const types = new Map();
const parsed = new Map();
const functions = new Map();
let inside = new Map();
let pass = (exports) => exports;
let passes = false;

/** What the code of the workspace did that this process should not go on with. */
export const escaped = new Set();

/** Runs a file of the workspace as `node FILE` would. */
export async function load(path) {
  if (isModule(path)) await evaluated(moduleAt(pathToFileURL(path).href));
  else Module._load(path, null, true);
}

/** What a file of the workspace exports, run if it was not yet. */
export async function exportsOf(path) {
  const place = join(root, path);
  return isModule(place) ? (await evaluated(moduleAt(pathToFileURL(place).href))).namespace : Module._load(place, null, false);
}

/** Has every file of the workspace get what `passed` makes of another one's exports, by (exports, path, importer). */
export function passBy(passed) {
  pass = passed;
  passes = true;
}

/** The next `load` begins with nothing of the workspace loaded. */
export function forget() {
  inside = new Map();
  for (const path of Object.keys(Module._cache)) if (isOurs(path)) delete Module._cache[path];
}

/** Whether a text would be code in a file. */
export function isCode(path, text) {
  try {
    if (isModule(path)) new vm.SourceTextModule(text);
    else vm.compileFunction(text, NAMES);
    return true;
  } catch {
    return false;
  }
}

function isOurs(path) {
  return path.startsWith(workspace) && !path.includes('/node_modules/');
}

function isModule(path) {
  return path.endsWith('.mjs') || (path.endsWith('.js') && packageType(dirname(path)) === 'module');
}

/** The `type` in the nearest package.json. No variant changes that file. */
function packageType(folder) {
  if (!types.has(folder)) types.set(folder, findType(folder));
  return types.get(folder);
}

function findType(folder) {
  const path = join(folder, 'package.json');
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')).type ?? 'commonjs';
  return folder === '/' || basename(folder) === 'node_modules' ? 'commonjs' : packageType(dirname(folder));
}

function resolve(specifier, parent) {
  if (/^\.{0,2}\//.test(specifier)) return new URL(specifier, parent).href;
  note(specifier);
  return import.meta.resolve(specifier, parent);
}

function note(specifier) {
  if (ESCAPES.has(specifier.replace(/^node:/, ''))) escaped.add(specifier);
}

/** The module at a URL, or a promise of it; not linked yet. */
function moduleAt(url) {
  const local = url.startsWith('file:') && isOurs(fileURLToPath(url));
  const known = local ? inside : outside;
  if (!known.has(url)) known.set(url, local ? ours(url, fileURLToPath(url)) : theirs(url));
  return known.get(url);
}

function ours(url, path) {
  if (path.endsWith('.json')) return synthetic({ default: JSON.parse(readFileSync(path, 'utf8')) });
  if (isModule(path)) return source(url, path);
  return lazy(path);
}

/** CommonJS has no names before it has run; they must be known when the modules around it are linked. */
function lazy(path) {
  const exports = Module._load(path, null, false);
  const named = exports !== null && ['object', 'function'].includes(typeof exports) ? exports : {};
  return synthetic({ ...named, default: exports });
}

async function theirs(url) {
  return synthetic(url === 'node:test' ? harness : await import(url));
}

function synthetic(exports) {
  const names = Object.keys(exports);
  return new vm.SyntheticModule(names, function set() {
    for (const name of names) this.setExport(name, exports[name]);
  });
}

function source(url, path) {
  const initializeImportMeta = (meta) => {
    meta.url = url;
    if ('dirname' in import.meta) Object.assign(meta, { dirname: dirname(path), filename: path });
    meta.resolve = (specifier) => resolve(specifier, url);
  };
  const importModuleDynamically = (specifier) => evaluated(moduleAt(resolve(specifier, url)));
  return compiled(path, { identifier: url, initializeImportMeta, importModuleDynamically });
}

/** Most files are the same in every run: they are parsed once. */
function compiled(path, options) {
  const text = readFileSync(path, 'utf8').replace(/^#!.*/, '');
  const known = parsed.get(path);
  if (known?.text === text) return new vm.SourceTextModule(text, { ...options, cachedData: known.cachedData });
  const module = new vm.SourceTextModule(text, options);
  if (known === undefined) parsed.set(path, { text, cachedData: module.createCachedData() });
  return module;
}

async function evaluated(found) {
  const module = await found;
  const link = (specifier, parent) => linked(resolve(specifier, parent.identifier), parent.identifier);
  if (module.status === 'unlinked') await module.link(link);
  await module.evaluate();
  return module;
}

/** What a module of the workspace gets for an import. */
async function linked(url, importer) {
  if (!passes || !url.startsWith('file:') || !isOurs(fileURLToPath(url))) return moduleAt(url);
  const { namespace } = await evaluated(moduleAt(url));
  return synthetic(pass({ ...namespace }, fileURLToPath(url), fileURLToPath(importer)));
}

/** CommonJS gets the harness too, and ES modules that are as new as itself. */
export function interceptRequire() {
  const original = Module._load;
  Module._load = function load(request, ...rest) {
    if (request === 'node:test') return harness.default;
    note(request);
    const exports = original.call(this, request, ...rest);
    const importer = passes ? rest[0]?.filename : undefined;
    return importer === undefined ? exports : pass(exports, Module._resolveFilename(request, rest[0]), importer);
  };
  const compile = Module.prototype._compile;
  Module.prototype._compile = function compileOurs(content, path, ...rest) {
    const known = functions.get(path);
    const ours = isOurs(path);
    if (!ours || (known !== undefined && known.content !== content && !DYNAMIC.test(content))) {
      return compile.call(this, content, path, ...rest);
    }
    const run = known?.content === content ? known.run : functionOf(content, path);
    if (known === undefined) functions.set(path, { content, run });
    const { resolve } = Module.createRequire(path);
    const own = { resolve, main: process.mainModule, extensions: Module._extensions, cache: Module._cache };
    const require = Object.assign((id) => this.require(id), own);
    return Reflect.apply(run, this.exports, [this.exports, require, this, path, dirname(path)]);
  };
}

/** A CommonJS module as a function. Most files are the same in every run: they are compiled once. */
function functionOf(content, path) {
  const url = pathToFileURL(path).href;
  const importModuleDynamically = (specifier) => evaluated(moduleAt(resolve(specifier, url)));
  const options = DYNAMIC.test(content) ? { filename: path, importModuleDynamically } : { filename: path };
  return vm.compileFunction(content.replace(/^#!.*/, ''), NAMES, options);
}
