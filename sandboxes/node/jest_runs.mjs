// Jest in a process that stays (rerun.mjs): its command line is entered again and again. It loads modules anew by itself.

import { createRequire } from 'node:module';
import { join } from 'node:path';

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** A function that runs one file with these words. */
export async function prepare(words) {
  const workspace = createRequire(join(process.cwd(), 'package.json'));
  const { run } = createRequire(workspace.resolve('jest/package.json'))('jest-cli');
  process.env.NODE_ENV ??= 'test';
  const kept = words.filter((word) => word !== '--forceExit'); // it would end this process
  return (file) => run([...kept, '--runInBand', `(^|/)${escaped(file)}$`]);
}
