// Mocha in the warm worker (warm.mjs): its own runner, with the workspace's modules loaded anew for each run.

import { readFileSync } from 'node:fs';
import Module from 'node:module';
import { join, resolve } from 'node:path';
import { load, root } from './modules.mjs';

const workspace = Module.createRequire(join(process.cwd(), 'package.json'));
const isOwn = (path) => !path.includes('/node_modules/');
let Mocha;
let options;
let setUp; // files of the workspace that are loaded before the tests

/** One run of one test file; see harness.mjs. */
class Run {
  reports = [];
  unsupported = new Set();
  broken = false;
  #seen = new Map();
  #runner;

  constructor(file, wanted, thorough) {
    Object.assign(this, { file, wanted, thorough, path: join(root, file), closed: false });
    this.mocha = new Mocha({ ...options, reporter: class {}, parallel: false });
    this.mocha.lazyLoadFiles?.(true);
    this.#declare('pre-require', globalThis);
  }

  #declare(event, given) {
    this.mocha.suite.emit(event, given, this.path, this.mocha);
  }

  #note(test, good) {
    if (this.closed) return;
    const id = `${this.file}::${test.titlePath().join(' > ')}`;
    const count = (this.#seen.get(id) ?? 0) + 1;
    this.#seen.set(id, count);
    const unique = count === 1 ? id : `${id} #${count}`;
    this.reports.push([unique, good]);
    if (!good && !this.thorough && this.wanted.includes(unique)) this.#runner.abort();
  }

  passed(ids) {
    const found = new Map();
    for (const [id, good] of this.reports) found.set(id, good && found.get(id) !== false);
    return ids.filter((id) => found.get(id)).length;
  }

  /** Runs what was declared. A file that cannot be loaded ends Mocha before any test. */
  async done() {
    if (this.broken || this.closed) return;
    this.#declare('require', {});
    this.#declare('post-require', globalThis);
    this.#keepWanted(this.mocha.suite);
    await new Promise((end) => {
      this.#runner = this.mocha.run(end);
      this.#runner.on('pass', (test) => this.#note(test, true));
      this.#runner.on('pending', (test) => this.#note(test, false));
      this.#runner.on('fail', (test) => this.#note(test, false));
    });
  }

  /** Leaves only what is wanted, as mocha.cjs does; gives whether that is anything. */
  #keepWanted(suite) {
    const names = new Set(this.wanted.map((id) => id.replace(/ #\d+$/, '')));
    suite.tests = suite.tests.filter((test) => names.has(`${this.file}::${test.titlePath().join(' > ')}`));
    suite.suites = suite.suites.filter((inner) => this.#keepWanted(inner));
    return suite.tests.length + suite.suites.length > 0;
  }

  close() {
    this.closed = true;
  }
}

/** Reads what the project configures, and loads the packages that it wants beforehand. */
export async function prepare(words) {
  const place = workspace.resolve('mocha/package.json');
  const inside = Module.createRequire(place);
  Mocha = inside('mocha');
  options = inside('./lib/cli/options').loadOptions(words);
  const wanted = [options.require ?? []].flat().map((name) => ({ name, path: resolved(name) }));
  for (const { name, path } of wanted) if (!isOwn(path)) workspace(name);
  setUp = [...wanted.map(({ path }) => path), ...[options.file ?? []].flat().map((name) => resolve(name))].filter(isOwn);
  for (const file of setUp) if (/\bmocha(Hooks|Global\w+)\b/.test(readFileSync(file, 'utf8'))) throw new Error(`${file} has hooks`);
}

function resolved(name) {
  try {
    return workspace.resolve(name);
  } catch {
    return workspace.resolve(resolve(name));
  }
}

/** Makes a fresh run the one that tests are added to; what is to be loaded before it is. */
export async function begin(file, wanted, thorough) {
  const run = new Run(file, wanted, thorough);
  for (const path of setUp) await load(path);
  return run;
}

/** Mocha listens to errors that nobody caught, once they are thrown. */
export function stray(error, origin) {
  if (typeof origin !== 'string') throw error;
}
