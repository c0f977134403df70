// Vitest in a process that stays (rerun.mjs): each run gets a server of its own, which reads the files anew.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A function that runs one file with these words. */
export async function prepare(words) {
  const workspace = createRequire(join(process.cwd(), 'package.json'));
  const place = workspace.resolve('vitest/package.json');
  const { parseCLI, startVitest } = await import(pathToFileURL(join(place, '../dist/node.js')).href);
  const { options } = parseCLI(['vitest', ...words.filter((word) => word !== 'run')]);
  process.env.NODE_ENV ??= 'test';
  process.env.VITEST ??= 'true';
  return async (file) => {
    const vitest = await startVitest('test', [file], { ...options, run: true, watch: false });
    await vitest?.close();
    process.exitCode = undefined;
  };
}
