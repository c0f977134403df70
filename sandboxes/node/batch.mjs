// Tries variants of source files against tests, many a second. devagent runs this inside the sandbox.
//
//     node batch.mjs TASK RESULTS
//
// TASK is JSON: `root` (the way from the current folder, which is the project's, to the top of the workspace: paths and
// ids are relative to that), `files` (path -> content), `variants` (path, start, end, text: bytes [start, end) of a file
// replaced), `tests` (ids that should pass), `keep` (ids that must go on passing), `limit` (seconds for one test file of
// one variant, at most; less where the tests are quick), `deadline` (seconds for all), `thorough` (run all files even
// after one failed). Contents are latin-1, so that any bytes fit. For each variant one JSON line goes to RESULTS; the
// first one that passes everything ends the run.
//
// `before` (so many of `tests` pass already), `sites` ([path, start, end, truth, own]: places that variants differ at)
// and `ways` (for each variant what it does at its site, [site, text, usual], or null) are for variants that need not
// run: see devagent/repair/sites.py. Where the tests that should pass would not notice a variant, it has "no effect";
// where it reads what is not there, it is "put off".
//
// `commands` (test file -> {argv, environment}) start the project's own runner, where that is not node's; `worker` is
// what is kept warm for it: {script, words, environment, series: whether it tries series of variants}, or null.
//
// Each lane has a copy of the workspace and, in the project's folder there, one process at a time, which is killed with
// its group; a test that did not report has not passed.
//
// A process per test file is slow. Each lane therefore has a warm worker too (sieve.mjs), in which test files run again
// and again. It serves for those files where it says the same about the code as it is as the real runner does, and only
// as a sieve: what passes there counts once it has passed with the real runner.

import { spawn } from 'node:child_process';
import { appendFileSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Copy } from './copy.mjs';
import { Sieve } from './sieve.mjs';

const [taskPath, resultsPath] = process.argv.slice(2);
const task = JSON.parse(readFileSync(taskPath, 'latin1'));
const root = resolve(task.root);
/** The project's folder, from the top of the workspace. */
const home = relative(root, process.cwd());
const files = new Map(Object.entries(task.files).map(([path, content]) => [path, Buffer.from(content, 'latin1')]));
const end = Date.now() + task.deadline * 1000;
const reporter = join(dirname(fileURLToPath(import.meta.url)), 'names.mjs');
const wanted = [...task.tests, ...task.keep];
const testFiles = [...new Set(wanted.map((id) => id.split('::')[0]))];
const LANES = 2;
// So many variants are given to a warm worker at once.
const SERIES = 20;

// A variant may take this many times as long as the code before it, and never less than this many milliseconds.
const TIMES = 5;
const LEAST = 1000;
// Where a test file takes the warm worker less, all tests are run even after one failed, whatever the task says.
const QUICK = 250;
// A look at what variants would change may take this part of the time that running them would take, and these
// milliseconds at least and at most.
const LOOK_SHARE = 0.2;
const LEAST_LOOK = 200;
const MOST_LOOK = 5000;

let limit = task.limit * 1000;
let { thorough } = task;
/** Test files that the sieve can judge -> how long they take it, as `Sieve.run` wants to know. */
const trusted = new Map();
/** How a series is tried, as `Sieve.series` wants to know it; undefined unless the sieve can judge all of `tests`. */
let plan;
/** How many of `tests` pass with the code as it is. */
let passing;
const waiting = [...task.variants.keys()];
let finished = false;

function contentOf([path, start, stop, text]) {
  const content = files.get(path);
  return Buffer.concat([content.subarray(0, start), Buffer.from(text, 'latin1'), content.subarray(stop)]);
}

function reported(path) {
  try {
    const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
    return lines.map((line) => JSON.parse(line)).map(({ id, good }) => [id, good]);
  } catch {
    return []; // the process ended before it could report, or wrote something else there
  }
}

/** Test id -> whether it passed. */
function verdicts(reports) {
  const found = new Map();
  for (const [id, good] of reports) found.set(id, good === true && found.get(id) !== false);
  return found;
}

/** How the real runner is started for a test file: [argv, what it sees beside]. */
function startOf(file, report) {
  const own = task.commands[file];
  if (own !== undefined) return [own.argv, { ...own.environment, DEVAGENT_REPORT: report }];
  const options = [`--test-reporter=${reporter}`, `--test-reporter-destination=${report}`, relative(home, file)];
  return [[process.execPath, ...options], { DEVAGENT_TEST_FILE: file, NODE_OPTIONS: '' }];
}

function runFile(folder, file, report) {
  return new Promise((resolve) => {
    const [[program, ...words], more] = startOf(file, report);
    const env = { ...process.env, ...more };
    const child = spawn(program, words, { cwd: join(folder, home), env, detached: true, stdio: 'ignore' });
    const kill = () => {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // the whole group has ended already
      }
    };
    let ended = 'tested';
    const timer = setTimeout(() => { ended = 'timed out'; kill(); }, limit);
    child.on('error', () => resolve('exited'));
    child.on('exit', () => { clearTimeout(timer); kill(); resolve(ended); });
  });
}

async function runCold(folder, file) {
  const report = `${folder}.jsonl`;
  rmSync(report, { force: true });
  const ended = await runFile(folder, file, report);
  return { ended, reports: reported(report) };
}

/** Runs the test files with `run` until one has failed. */
async function attempt(run) {
  const found = new Map();
  let ended = 'tested';
  for (const file of testFiles) {
    const result = await run(file);
    ended = result.ended;
    for (const [id, good] of verdicts(result.reports)) found.set(id, good);
    const failed = task.tests.some((id) => id.startsWith(`${file}::`) && !found.get(id));
    if (ended !== 'tested' || (failed && !thorough)) break;
  }
  const count = task.tests.filter((id) => found.get(id)).length;
  const kept = ended === 'tested' && task.keep.every((id) => found.get(id));
  return { passed: count, kept, survives: kept && count === task.tests.length, ended };
}

function prepared(folder) {
  cpSync(root, folder, { recursive: true, verbatimSymlinks: true });
  for (const [path, content] of files) writeFileSync(join(folder, path), content);
  return folder;
}

/** What becomes of the variant in a lane's folder: the sieve's word when it has failed, else the real runner's. */
async function sieved({ folder, sieve }) {
  const cold = (file) => runCold(folder, file);
  const outcome = await attempt((file) => (trusted.has(file) ? sieve.run(file, thorough, trusted.get(file)) : cold(file)));
  return outcome.survives && trusted.size > 0 ? attempt(cold) : outcome;
}

function noteOutcome(number, outcome) {
  appendFileSync(resultsPath, `${JSON.stringify({ variant: number, ...outcome })}\n`);
  finished ||= outcome.survives;
}

/** Whether a variant does no more than the code before it: then nobody wants to know what else passes. */
const isNoGain = ({ passed }) => passed <= task.before && passed < task.tests.length;

function putBack(lane, [path]) {
  lane.copy.put(path, files.get(path));
}

async function tryOne(lane, number) {
  const variant = task.variants[number];
  lane.copy.put(variant[0], contentOf(variant));
  noteOutcome(number, await sieved(lane));
  putBack(lane, variant);
}

/** Tries several variants, first only on the tests that should pass. */
async function trySeries(lane, numbers) {
  while (numbers.length > 0 && !finished && Date.now() < end) {
    const found = await lane.sieve.series(numbers.map((number) => task.variants[number]), plan, thorough);
    if (found.length < numbers.length || found.at(-1).ended !== 'tested') putBack(lane, task.variants[numbers[found.length - 1]]);
    for (const outcome of found) {
      const number = numbers.shift();
      if (isNoGain(outcome)) noteOutcome(number, { ...outcome, kept: false, survives: false });
      else await tryOne(lane, number);
    }
  }
}

async function work(lane) {
  while (!finished && waiting.length > 0 && Date.now() < end) {
    const numbers = waiting.splice(0, SERIES);
    if (plan !== undefined) await trySeries(lane, numbers);
    else for (const number of numbers) if (!finished && Date.now() < end) await tryOne(lane, number);
  }
}

/** Whether the sieve said the same about the wanted tests of a file; a file that could not be loaded says nothing. */
function agrees(file, cold, warm) {
  const [expected, found] = [verdicts(cold.reports), verdicts(warm.reports)];
  const same = (id) => expected.has(id) && expected.get(id) === found.get(id);
  return warm.unsupported.length === 0 && wanted.filter((id) => id.startsWith(`${file}::`)).every(same);
}

/** What the worker says about the code as it is, and how long that takes it, fresh and later. */
async function warmBaseline(sieve, file) {
  const results = [];
  const took = [];
  await sieve.ready();
  for (const _ of ['first', 'later']) {
    const start = Date.now();
    results.push(await sieve.run(file, true));
    took.push(Date.now() - start);
  }
  return { results, times: { first: took[0], later: took[1] } };
}

/** Runs the code as it is both ways: sets the limit and fills `trusted`. */
async function measure([first, second]) {
  const start = Date.now();
  const cold = new Map();
  const real = (async () => {
    for (const file of testFiles) cold.set(file, await runCold(first.folder, file));
    return Date.now() - start;
  })();
  const warm = new Map();
  for (const file of testFiles) warm.set(file, await warmBaseline(second.sieve, file));
  limit = Math.min(limit, Math.max(LEAST, TIMES * (await real)));
  for (const [file, { results, times }] of warm) {
    if (results.every((result) => agrees(file, cold.get(file), result))) trusted.set(file, times);
  }
  thorough ||= testFiles.every((file) => trusted.get(file)?.later <= QUICK);
  plan = await planned(second.sieve, cold);
}

/** Without the other tests, if just as many of those pass that should; else with them, as one may leave something behind. */
async function planned(sieve, cold) {
  if (!task.worker?.series) return undefined;
  const files = testFiles.filter((file) => task.tests.some((id) => id.startsWith(`${file}::`)));
  if (!files.every((file) => trusted.has(file))) return undefined;
  const order = files.map((file) => [file, trusted.get(file)]);
  const real = verdicts(files.flatMap((file) => cold.get(file).reports));
  passing = task.tests.filter((id) => real.get(id)).length;
  for (const all of [false, true]) {
    const [outcome] = await sieve.series([[Object.keys(task.files)[0], 0, 0, '']], { order, all }, true);
    if (outcome.ended === 'tested' && outcome.passed === passing) return { order, all };
  }
  return undefined;
}

/** Takes out the variants that need not run: what they would change is looked at in one run of the code as it is. */
async function look({ sieve }) {
  const asked = task.ways.filter((way) => way !== null).length;
  if (asked === 0 || plan === undefined || task.before >= task.tests.length) return;
  const usual = plan.order.reduce((sum, [, { later }]) => sum + later, 0);
  const milliseconds = Math.min(MOST_LOOK, Math.max(LEAST_LOOK, LOOK_SHARE * usual * asked));
  const found = await sieve.watch(task.sites, task.ways, plan, milliseconds);
  if (found?.passed !== passing) return;
  for (const [numbers, ended] of [[found.same, 'no effect'], [found.misfits, 'put off']]) {
    for (const number of numbers) {
      waiting.splice(waiting.indexOf(number), 1);
      noteOutcome(number, { passed: task.before, kept: false, survives: false, ended });
    }
  }
}

function prepareLane(number) {
  const folder = prepared(`${base}-lane${number}`);
  const settings = { wanted, tests: task.tests, files: task.files, limit };
  return { folder, copy: new Copy(folder), sieve: new Sieve({ folder, home }, settings, task.worker ?? undefined) };
}

writeFileSync(resultsPath, '');
const base = resultsPath.replace(/\.\w+$/, '');
const lanes = Array.from({ length: LANES }, (_, number) => prepareLane(number));
await measure(lanes);
await look(lanes[1]);
await Promise.all(lanes.map(work));
for (const { sieve } of lanes) sieve.stop();
