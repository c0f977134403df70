// A long-lived process in which a project's own test runner runs test files again and again.
//
//     node rerun.mjs ADAPTER WORD...
//
// ADAPTER (jest_runs.mjs, vitest_runs.mjs) has the function `prepare`, which gets the words that the project has its
// tests run with and gives a function that runs one file. That takes longer than what warm.mjs does for the runners
// whose tests it can load by itself, and far less than a process for each run.
//
// It runs in the project's folder. Environment: DEVAGENT_ROOT, the way to the top of the workspace, which files are
// named from.
//
// Its parent (sieve.mjs) sends the settings once, and then {file} for one run, and gets {reports, unsupported}.

import { readFileSync, rmSync } from 'node:fs';
import { relative, resolve } from 'node:path';

// What is left behind by runs adds up: after so many the process should be replaced.
const MOST_RUNS = 150;
const [adapter, ...words] = process.argv.slice(2);
const send = process.send.bind(process);
const root = resolve(process.env.DEVAGENT_ROOT);
const report = `${root}.warm.jsonl`;

function reported() {
  try {
    const lines = readFileSync(report, 'utf8').split('\n').filter(Boolean);
    return lines.map((line) => JSON.parse(line)).map(({ id, good }) => [id, good]);
  } catch {
    return []; // the run ended before it could report
  }
}

async function start() {
  process.env.DEVAGENT_REPORT = report;
  delete process.send; // the tests have no parent to talk to
  const { prepare } = await import(`./${adapter}`);
  const run = await prepare(words);
  process.on('uncaughtException', () => {}); // of a run that is over, or it misses a report
  process.on('unhandledRejection', () => {});
  process.on('disconnect', () => process.exit());
  process.on('message', async (message) => {
    if (message.wanted !== undefined) return;
    rmSync(report, { force: true });
    await run(relative('', resolve(root, message.file))).catch(() => {});
    send({ reports: reported(), unsupported: [] });
  });
  send({ ready: MOST_RUNS });
}

await start();
