// The runner inside of Vitest's workers, with a record of the lines that each test ran; see coverage.cjs.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const place = createRequire(join(process.cwd(), 'package.json')).resolve('vitest/package.json');
const { VitestTestRunner } = await import(pathToFileURL(join(place, '../dist/runners.js')).href);
const { start, begin, end, idOf } = createRequire(fileURLToPath(import.meta.url))('./coverage.cjs');

start(true);

function namesOf(test) {
  const names = [];
  for (let node = test; node && node !== test.file; node = node.suite) names.unshift(node.name);
  return names.filter(Boolean); // what belongs to no suite has one without a name
}

export default class extends VitestTestRunner {
  #begun = new Set();

  onBeforeTryTask(test, ...rest) {
    if (!this.#begun.has(test)) begin({ test: idOf(test.file.filepath, namesOf(test)) }); // it may be tried again
    this.#begun.add(test);
    return super.onBeforeTryTask?.(test, ...rest);
  }

  onAfterRunTask(test, ...rest) {
    if (this.#begun.has(test)) end();
    return super.onAfterRunTask?.(test, ...rest);
  }
}
