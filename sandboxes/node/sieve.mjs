// The parent's side of a warm worker (warm.mjs): starts it, watches its time, and replaces it when it is lost or old.

import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const PLACE = dirname(fileURLToPath(import.meta.url));
// A variant may take this many times as long as the code before it, and never less than this many milliseconds.
const TIMES = 5;
const LEAST = 300;
const START_LIMIT = 10_000;
// How often it is looked whether a worker goes on, in milliseconds.
const LOOK = 50;
const NOTHING = Buffer.alloc(8);
const UNKNOWN = { first: Infinity, later: Infinity };

/** A warm worker for one copy of the workspace. */
export class Sieve {
  #place;
  #settings;
  #worker;
  #child;
  #runs = 0;
  #most = Infinity; // what is left behind by runs adds up: after so many the worker is replaced
  #answer = () => {};

  /**
   * The copy is in `folder`; `home` is the project's folder in it. `settings`: `wanted` ids, `tests` among them that
   * should pass, the `files` that variants start from, and `limit`, milliseconds for one file at most. `worker` is what
   * is started: its `script` and `words`, what it sees beside (`environment`); undefined if nothing can be.
   */
  constructor({ folder, home }, settings, worker) {
    this.#place = { cwd: join(folder, home), root: relative(home, '') || '.' };
    this.#worker = worker;
    this.#settings = { ...settings, counts: `${folder}.counts` };
  }

  /**
   * Runs a file, `thorough` if also after a failure: {reports: [[id, good]], unsupported, ended}. The first run of a worker takes longer than those after
   * it; the baseline has one of each: {first, later}, in milliseconds.
   */
  async run(file, thorough, baseline = UNKNOWN) {
    if (!(await this.ready())) return lost('exited');
    const limit = this.#limit(baseline);
    this.#runs += 1;
    const answer = await this.#ask({ file, thorough }, () => limit);
    if (typeof answer === 'string') return lost(answer);
    return { ...answer, ended: 'tested' };
  }

  /**
   * Tries variants on the tests that should pass: [{passed, ended}] of the first ones, at least of one. The others have
   * not been tried, as the worker was lost with the last one that is told of. `order` has the files of those tests and
   * the baseline of each; `all` says that the other wanted tests run among them.
   */
  async series(variants, { order, all }, thorough) {
    if (!(await this.ready())) return [{ passed: 0, ended: 'exited' }];
    writeFileSync(this.#settings.counts, Buffer.alloc(8 * variants.length));
    const longest = () => Math.max(...order.map(([, baseline]) => this.#limit(baseline)));
    const first = longest();
    this.#runs += variants.length * order.length;
    const later = longest();
    const limit = (noted) => (noted.readUInt32LE(4) === 2 ? later : first);
    const message = { series: variants, order: order.map(([file]) => file), all, thorough };
    const answer = await this.#ask(message, limit, () => this.#noted());
    return told(this.#noted(), typeof answer === 'string' ? answer : 'tested');
  }

  /**
   * One run with a look at the sites of variants, which takes so many milliseconds more: {passed, same, misfits}, how
   * many tests passed, which variants change nothing that was seen and which make no sense; `undefined` if it was lost.
   */
  async watch(sites, ways, { order, all }, milliseconds) {
    if (!(await this.ready())) return undefined;
    const limit = milliseconds + START_LIMIT;
    const answer = await this.#ask({ sites, ways, milliseconds, order: order.map(([file]) => file), all }, () => limit);
    return typeof answer === 'string' ? undefined : answer;
  }

  #limit({ first, later }) {
    return Math.min(this.#settings.limit, Math.max(LEAST, TIMES * (this.#runs === 0 ? first : later)));
  }

  /** Has a worker ready, if one can be started. */
  async ready() {
    if (this.#worker === undefined) return false;
    if (this.#runs >= this.#most) this.stop();
    return this.#child !== undefined || this.#start();
  }

  #noted() {
    return readFileSync(this.#settings.counts);
  }

  stop() {
    const child = this.#child;
    this.#child = undefined;
    this.#runs = 0;
    if (child?.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // the whole group has ended already
    }
  }

  async #start() {
    const { script, words, environment } = this.#worker;
    const { cwd, root } = this.#place;
    const env = { ...process.env, NODE_OPTIONS: '', DEVAGENT_ROOT: root, ...environment };
    const options = { cwd, env, detached: true, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] };
    const child = spawn(process.execPath, [...flags(), join(PLACE, script), ...words], options);
    this.#child = child;
    child.on('message', (message) => { if (this.#child === child) this.#answer(message); });
    child.on('error', () => { if (this.#child === child) this.#lose(); });
    child.on('exit', () => { if (this.#child === child) this.#lose(); });
    const { ready } = await this.#ask(undefined, () => START_LIMIT);
    if (ready === undefined) return false;
    this.#most = ready;
    writeFileSync(this.#settings.counts, '');
    this.#tell(this.#settings);
    return true;
  }

  #lose() {
    this.stop();
    this.#answer('exited');
  }

  #tell(message) {
    // A worker that has just died is noticed by its exit.
    this.#child.send(message, () => {});
  }

  /** The worker's answer, or how it ended: `limit` passed, given what `progress` gives, while that stayed the same. */
  #ask(message, limit, progress = () => NOTHING) {
    return new Promise((resolve) => {
      let [last, since] = [progress(), Date.now()];
      const look = () => {
        const now = progress();
        if (!now.equals(last)) [last, since] = [now, Date.now()];
        else if (Date.now() - since >= limit(now)) this.stop(), this.#answer('timed out');
      };
      const timer = setInterval(look, LOOK);
      this.#answer = (answer) => { clearInterval(timer); resolve(answer); };
      if (message !== undefined) this.#tell(message);
    });
  }
}

const lost = (ended) => ({ reports: [], unsupported: [], ended });

/** What a worker noted of a series: for each variant how many tests it passed, and whether it has begun (1) or is done (2). */
function told(noted, ended) {
  const found = [];
  for (let at = 0; at < noted.length; at += 8) {
    const [passed, state] = [noted.readUInt32LE(at), noted.readUInt32LE(at + 4)];
    if (state === 2) found.push({ passed, ended: 'tested' });
    else return state === 1 || at === 0 ? [...found, { passed, ended }] : found;
  }
  return found;
}

/** ES modules are made with `node:vm`. One that is required would not be made anew: node is told to refuse that. */
export function flags() {
  const known = (flag) => process.allowedNodeEnvironmentFlags.has(flag);
  const modules = ['--experimental-vm-modules', '--experimental-import-meta-resolve'];
  return [...modules, '--no-experimental-require-module'].filter(known);
}
