// A thread beside the runner that ends it when a test hangs: the runner itself may be what is stuck.
//
// It is told of every result and of what starts and ends. When nothing was heard for too long while something runs, it
// writes the report with what runs as hanging, and kills the process. A file of which no single test is known to run
// gets longer: it may be loading, or its runner tells of its tests late.

const { parentPort, workerData } = require('node:worker_threads');
const { Report } = require('./report.cjs');

const LONGER = 3;
const report = new Report();
const running = new Map(); // file and names as text -> both as they are
let early = []; // results of files that have not ended: these are told again, and then for good
let heard = Date.now();

parentPort.on('message', ({ add, foretold, starts, ends }) => {
  heard = Date.now();
  if (add) report.add(add);
  if (foretold) early.push(foretold);
  if (ends && ends.names.length === 0) early = early.filter(({ file }) => file !== ends.file);
  if (starts) running.set(JSON.stringify(starts), starts);
  if (ends) running.delete(JSON.stringify(ends));
});

// What runs, without the files of which a single test is known to.
function innermost() {
  const all = [...running.values()];
  return all.filter(({ file, names }) => names.length || !all.some((other) => other.file === file && other.names.length));
}

setInterval(() => {
  const silent = (Date.now() - heard) / 1000;
  const stuck = innermost().filter(({ names }) => silent > workerData.seconds * (names.length ? 1 : LONGER));
  if (stuck.length === 0) return;
  early.forEach((result) => report.add(result));
  const message = `still running after ${Math.round(silent)} seconds: it hangs here`;
  for (const { file, names } of stuck) report.add({ file, names, status: names.length ? 'failed' : 'error', seconds: silent, message });
  report.write();
  process.kill(process.pid, 'SIGKILL');
}, 200);
