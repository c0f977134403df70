// The files of a copy of the workspace, written again and again.

import { ftruncateSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export class Copy {
  #folder;
  #opened = new Map();

  constructor(folder) {
    this.#folder = folder;
  }

  /** Gives a file that is there new content. It stays open: emptying a file and writing it anew can wait for the disk. */
  put(path, content) {
    if (!this.#opened.has(path)) this.#opened.set(path, openSync(join(this.#folder, path), 'r+'));
    const file = this.#opened.get(path);
    writeSync(file, content, 0, content.length, 0);
    ftruncateSync(file, content.length);
  }
}
