// Tries variants of source files against tests, several a second. devagent runs this inside the sandbox.
//
//     node batch.mjs TASK RESULTS
//
// TASK is JSON: `files` (path -> content), `variants` (path, start, end, text: bytes [start, end) of the file
// replaced), `tests` (ids that should pass), `keep` (ids that must go on passing), `limit` (seconds for one test file of
// one variant, at most; less where the tests are quick), `deadline` (seconds for all), `thorough` (run all files even after one failed). Contents are latin-1, so
// that any bytes fit. For each variant one JSON line goes to RESULTS; the first one that passes everything ends the run.
// Each lane has a copy of the workspace and one process at a time, which is killed with its group; a test that did not
// report has not passed.

import { spawn } from 'node:child_process';
import { appendFileSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [taskPath, resultsPath] = process.argv.slice(2);
const task = JSON.parse(readFileSync(taskPath, 'latin1'));
const files = new Map(Object.entries(task.files).map(([path, content]) => [path, Buffer.from(content, 'latin1')]));
const end = Date.now() + task.deadline * 1000;
const reporter = join(dirname(fileURLToPath(import.meta.url)), 'names.mjs');
const testFiles = [...new Set([...task.tests, ...task.keep].map((id) => id.split('::')[0]))];
const LANES = 2;

// A variant may take this many times as long as the code before it, and never less than this many milliseconds.
const TIMES = 5;
const LEAST = 1000;

let limit = task.limit * 1000;
let next = 0;
let finished = false;

function contentOf([path, start, stop, text]) {
  const content = files.get(path);
  return Buffer.concat([content.subarray(0, start), Buffer.from(text, 'latin1'), content.subarray(stop)]);
}

function passed(report) {
  let lines = [];
  try {
    lines = readFileSync(report, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
  } catch {
    return new Set(); // the process ended before it could report, or wrote something else there
  }
  const bad = new Set(lines.filter((line) => !line.good).map((line) => line.id));
  return new Set(lines.map((line) => line.id).filter((id) => !bad.has(id)));
}

function runFile(folder, file, report) {
  return new Promise((resolve) => {
    const options = [`--test-reporter=${reporter}`, `--test-reporter-destination=${report}`, file];
    const env = { ...process.env, DEVAGENT_TEST_FILE: file, NODE_OPTIONS: '' };
    const child = spawn(process.execPath, options, { cwd: folder, env, detached: true, stdio: 'ignore' });
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

async function attempt(folder) {
  const good = new Set();
  let ended = 'tested';
  for (const file of testFiles) {
    const report = `${folder}.report`;
    rmSync(report, { force: true });
    ended = await runFile(folder, file, report);
    for (const id of passed(report)) good.add(id);
    const failed = task.tests.some((id) => id.startsWith(`${file}::`) && !good.has(id));
    if (ended !== 'tested' || (failed && !task.thorough)) break;
  }
  const count = task.tests.filter((id) => good.has(id)).length;
  const kept = ended === 'tested' && task.keep.every((id) => good.has(id));
  return { passed: count, kept, survives: kept && count === task.tests.length, ended };
}

function prepared(folder) {
  cpSync(process.cwd(), folder, { recursive: true, verbatimSymlinks: true });
  for (const [path, content] of files) writeFileSync(join(folder, path), content);
  return folder;
}

async function lane(folder) {
  while (!finished && next < task.variants.length && Date.now() < end) {
    const number = next++;
    const variant = task.variants[number];
    writeFileSync(join(folder, variant[0]), contentOf(variant));
    const outcome = await attempt(folder);
    writeFileSync(join(folder, variant[0]), files.get(variant[0]));
    appendFileSync(resultsPath, `${JSON.stringify({ variant: number, ...outcome })}\n`);
    finished ||= outcome.survives;
  }
}

writeFileSync(resultsPath, '');
const base = resultsPath.replace(/\.\w+$/, '');
const lanes = Array.from({ length: LANES }, (_, number) => prepared(`${base}-lane${number}`));
const start = Date.now();
await attempt(lanes[0]);
limit = Math.min(limit, Math.max(LEAST, TIMES * (Date.now() - start)));
await Promise.all(lanes.map(lane));
