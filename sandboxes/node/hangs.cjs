// A thread beside the runner that ends what hangs: the runner itself may be what is stuck.
//
// It is told of every result and of what starts and ends. Nothing was heard for too long while something runs: where
// the file of that has a process of its own, this process is killed, and the runner goes on with the next file. Where
// it has none, the report is written with what runs as hanging, and the runner is killed. A file of which no single test
// is known to run gets longer: it may be loading, or its runner tells of its tests late. Where one hangs others mostly
// do, and the next ones get less.

const { readFileSync, readdirSync, readlinkSync } = require('node:fs');
const { resolve } = require('node:path');
const { parentPort, workerData } = require('node:worker_threads');
const { Report, plain } = require('./report.cjs');

const LONGER = 3;
const [LESS, LONGEST] = [3, 10]; // seconds at least, and times the longest result
const TOLD = 100; // milliseconds until the runner surely knows why a file is about to end
const report = new Report();
const running = new Map(); // file and names as text -> both as they are
let early = []; // results of files that have not ended: these are told again, and then for good
let heard = Date.now();
let limit = workerData.seconds;
let longest = 0;

parentPort.on('message', ({ add, foretold, starts, ends }) => {
  heard = Date.now();
  if (add) report.add(add);
  if (add?.status === 'passed') longest = Math.max(longest, add.seconds);
  if (foretold) early.push(foretold);
  if (ends && ends.names.length === 0) early = early.filter(({ file }) => file !== ends.file);
  if (starts) running.set(JSON.stringify(starts), starts);
  if (ends) running.delete(JSON.stringify(ends));
});

// What runs, without that of which a part is known to.
function innermost() {
  const all = [...running.values()];
  const isPart = (other, one) => other.names.length > one.names.length && one.names.every((name, n) => name === other.names[n]);
  const holds = (one, other) => one.file === other.file && isPart(other, one);
  return all.filter((one) => !all.some((other) => holds(one, other)));
}

/** The processes that there are: [{pid, parent, words, folder}]. */
function processes() {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((pid) => {
    try {
      const [, parent] = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1).split(' ');
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return [{ pid: Number(pid), parent: Number(parent), words, folder: readlinkSync(`/proc/${pid}/cwd`) }];
    } catch {
      return []; // it has just ended, or is not ours
    }
  });
}

/** The ids of the process that runs a file, if it is no other than that, and of all that it started. */
function processOf(file) {
  const all = processes();
  const runs = ({ parent, words, folder }) => parent === process.pid && words.some((word) => word && resolve(folder, word) === file);
  const found = all.filter(runs).map(({ pid }) => pid);
  for (const pid of found) found.push(...all.filter(({ parent }) => parent === pid).map((one) => one.pid));
  return found;
}

function kill(ids) {
  for (const id of ids) {
    try {
      process.kill(id, 'SIGKILL');
    } catch {
      // it has ended by itself
    }
  }
}

/** Ends a file whose tests hang; whether that was possible. */
function endFile(file, results) {
  const ids = processOf(resolve(plain(file)));
  if (ids.length === 0) return false;
  for (const [key, one] of running) if (one.file === file) running.delete(key);
  parentPort.postMessage(results);
  setTimeout(kill, TOLD, ids);
  return true;
}

function endRunner(results) {
  [...early, ...results].forEach((result) => report.add(result));
  report.write();
  process.kill(process.pid, 'SIGKILL');
}

setInterval(() => {
  const silent = (Date.now() - heard) / 1000;
  const stuck = innermost().filter(({ names }) => silent > limit * (names.length ? 1 : LONGER));
  if (stuck.length === 0) return;
  const message = `still running after ${Math.round(silent)} seconds: it hangs here`;
  const results = stuck.map(({ file, names }) => ({ file, names, status: names.length ? 'failed' : 'error', seconds: silent, message }));
  const ended = [...new Set(stuck.map(({ file }) => file))].filter((file) => endFile(file, results.filter((one) => one.file === file)));
  if (ended.length === 0) return void endRunner(results);
  heard = Date.now();
  limit = Math.min(limit, Math.max(LESS, LONGEST * longest));
}, 200);
