// Compares what versions of a program do, beyond what its tests ask. devagent runs this inside the sandbox.
//
//     node behave.mjs TASK RESULT
//
// TASK and RESULT are those of sandboxes/python/behave.py; `worker` has the words and the environment of what keeps the
// tests warm (batch.mjs), so that this goes for the runners whose tests warm.mjs can load by itself.
//
// The tests run once, on the first version, in a process that keeps the calls by which they enter the project. Those,
// and each with one value in its arguments changed a little, are then made in every version (behaving.mjs). A call that
// ends its process costs itself alone: the next one is made in a new process. No other sees it, as the modules of the
// project are loaded anew for each.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { flags } from './sieve.mjs';

const [taskPath, resultPath] = process.argv.slice(2);
const task = JSON.parse(readFileSync(taskPath, 'latin1'));
const root = resolve(task.root);
const end = Date.now() + task.deadline * 1000;
const worker = join(dirname(fileURLToPath(import.meta.url)), 'behaving.mjs');
const callsPath = `${resultPath}.calls`;
const outPath = `${resultPath}.out`;
// Part of the time that recording may take; milliseconds without a word after which a process is in an endless loop,
// if it has come to run for that many ticks of the clock since.
const SHARE = 0.5;
const SILENCE = 2500;
const TICKS = 50;
const LOOK = 20;
const MOST_ENDED = 40;
const MOST_SHOWN = 60;
const ENDED = 'ends the process';
const LATE = 'does not end';

function put(version) {
  for (const [path, content] of Object.entries(version)) writeFileSync(join(root, path), content, 'latin1');
}

function run(words, isOver) {
  return new Promise((done) => {
    const env = { ...process.env, NODE_OPTIONS: '', DEVAGENT_ROOT: relative('', root) || '.', ...task.worker.environment };
    const child = spawn(process.execPath, [...flags(), worker, ...words], { env, detached: true, stdio: 'ignore' });
    let how = ENDED;
    const kill = () => {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // the whole group has ended already
      }
    };
    const timer = setInterval(() => { if (isOver(child.pid)) how = LATE, kill(); }, LOOK);
    const over = () => { clearInterval(timer); kill(); done(how); };
    child.on('error', over);
    child.on('exit', over);
  });
}

function lines() {
  try {
    return readFileSync(outPath, 'utf8').split('\n').slice(0, -1).map((line) => JSON.parse(line));
  } catch {
    return [];
  }
}

/** A function that says whether a process is in an endless loop, or the time is over. */
function endless(over) {
  let [size, since, used] = [-1, Date.now(), 0];
  return (pid) => {
    const now = statSync(outPath, { throwIfNoEntry: false })?.size ?? 0;
    if (now !== size) [size, since, used] = [now, Date.now(), ticks(pid)];
    const silent = size > 0 && Date.now() - since > SILENCE && (ticks(pid) - used > TICKS || isAsleep(pid));
    return silent || Date.now() > over + SILENCE;
  };
}

function status(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
  } catch {
    return []; // it is over
  }
}

/** For how long a process has come to run. */
const ticks = (pid) => Number(status(pid)[11] ?? 0) + Number(status(pid)[12] ?? 0);
const isAsleep = (pid) => status(pid)[0] === 'S';

/** What the calls come to in a version, as [call, words], and whether one of them ended a process. */
async function made(version, count, seconds) {
  const over = Date.now() + seconds * 1000;
  put(version);
  const found = [];
  let ended = 0;
  while (found.length < count && ended < MOST_ENDED && Date.now() < over) {
    rmSync(outPath, { force: true });
    const left = (over - Date.now()) / 1000;
    const how = await run(['make', callsPath, outPath, String(found.length), String(left)], endless(over));
    const [ready, ...came] = lines();
    const whole = came.at(-1) === null;
    found.push(...(whole ? came.slice(0, -1) : came));
    if (whole || ready === undefined || Date.now() > over) break;
    found.push(['', how]);
    ended += 1;
  }
  return { came: found, ended: ended > 0 };
}

/** The number of calls that were recorded. */
async function recorded() {
  const over = Date.now() + Math.max(1000, SHARE * task.deadline * 1000);
  put(task.versions[0]);
  rmSync(callsPath, { force: true });
  await run(['record', taskPath, callsPath, ...task.worker.words], () => Date.now() > over);
  try {
    return JSON.parse(readFileSync(callsPath, 'utf8')).length;
  } catch {
    return 0; // it did not end in time, or wrote something else there
  }
}

const digest = (words) => createHash('sha256').update(words).digest('hex').slice(0, 12);

/** What the calls come to in each version; the first is asked twice, for what is another each time. */
async function compared(count) {
  const versions = [task.versions[0], ...task.versions];
  const answers = [];
  for (const [number, version] of versions.entries()) {
    answers.push(await made(version, count, (end - Date.now()) / 1000 / (versions.length - number)));
  }
  const whole = answers.filter(({ ended }) => !ended);
  const most = Math.min(...(whole.length > 0 ? whole : answers).map(({ came }) => came.length));
  const [once, ...found] = answers.map(({ came }) => came);
  const numbers = [...Array(most).keys()];
  const words = (came, number) => came[number]?.[1] ?? '';
  const isSteady = (number) => words(once, number) === words(found[0], number);
  const told = (came, number) => (isSteady(number) ? words(came, number) : '');
  const outcomes = found.map((came) => numbers.map((number) => told(came, number) && digest(told(came, number))));
  const differing = numbers.filter((number) => new Set(outcomes.map((came) => came[number]).filter(Boolean)).size > 1);
  const shown = differing.slice(0, MOST_SHOWN).map((number) => {
    const text = found.map((came) => came[number]?.[0]).find(Boolean) ?? '';
    return [text, found.map((came) => words(came, number)), null, found.map(() => null)];
  });
  return { outcomes, shown };
}

const count = await recorded();
writeFileSync(resultPath, JSON.stringify(count > 0 ? await compared(count) : { outcomes: [], shown: [] }));
