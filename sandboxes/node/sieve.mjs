// The parent's side of a warm worker (warm.mjs): starts it, watches its time, and replaces it when it is lost or old.

import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SCRIPT = join(dirname(fileURLToPath(import.meta.url)), 'warm.mjs');
// What is left behind by runs adds up: after so many the worker is replaced.
const MOST_RUNS = 600;
// A variant may take this many times as long as the code before it, and never less than this many milliseconds.
const TIMES = 5;
const LEAST = 300;
const START_LIMIT = 10_000;

/** A warm worker for one copy of the workspace. */
export class Sieve {
  #folder;
  #settings;
  #child;
  #runs = 0;
  #answer = () => {};

  /** `settings`: `wanted` ids, whether the run is `thorough`, and `limit`, milliseconds for one file at most. */
  constructor(folder, settings) {
    this.#folder = folder;
    this.#settings = settings;
  }

  /**
   * Runs a file: {reports: [[id, good]], unsupported, ended}. The first run of a worker takes longer than those after
   * it; the baseline has one of each: {first, later}, in milliseconds.
   */
  async run(file, baseline = { first: Infinity, later: Infinity }) {
    if (this.#runs >= MOST_RUNS) this.stop();
    if (this.#child === undefined && !(await this.#start())) return lost('exited');
    const before = this.#runs++ === 0 ? baseline.first : baseline.later;
    const limit = Math.min(this.#settings.limit, Math.max(LEAST, TIMES * before));
    const answer = await this.#ask({ file }, limit);
    if (typeof answer === 'string') return lost(answer);
    return { ...answer, ended: 'tested' };
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
    const env = { ...process.env, NODE_OPTIONS: '' };
    const options = { cwd: this.#folder, env, detached: true, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] };
    const child = spawn(process.execPath, [...flags(), SCRIPT], options);
    this.#child = child;
    child.on('message', (message) => { if (this.#child === child) this.#answer(message); });
    child.on('error', () => { if (this.#child === child) this.#lose(); });
    child.on('exit', () => { if (this.#child === child) this.#lose(); });
    if ((await this.#ask(undefined, START_LIMIT)) !== 'ready') return false;
    this.#tell({ wanted: this.#settings.wanted, thorough: this.#settings.thorough });
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

  /** The worker's answer, or how it ended. */
  #ask(message, limit) {
    return new Promise((resolve) => {
      const timer = setTimeout(() => { this.stop(); resolve('timed out'); }, limit);
      this.#answer = (answer) => { clearTimeout(timer); resolve(answer); };
      if (message !== undefined) this.#tell(message);
    });
  }
}

const lost = (ended) => ({ reports: [], unsupported: [], ended });

/** ES modules are made with `node:vm`. One that is required would not be made anew: node is told to refuse that. */
function flags() {
  const known = (flag) => process.allowedNodeEnvironmentFlags.has(flag);
  const modules = ['--experimental-vm-modules', '--experimental-import-meta-resolve'];
  return [...modules, '--no-experimental-require-module'].filter(known);
}
