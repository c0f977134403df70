/** Settings from several files. */

import { parse } from './parser.js';
import { expand } from './references.js';
import { stringify } from './writer.js';

const YES = ['true', 'yes', 'on', '1'];
const NO = ['false', 'no', 'off', '0'];

export class Settings {
  constructor() {
    this.entries = new Map();
  }

  /** Lay the text of a file over what is there; returns the settings. */
  layer(source) {
    for (const [key, value] of parse(source)) this.entries.set(key, value);
    return this;
  }

  /** Return the value of a key with references replaced. */
  text(key, fallback) {
    return expand(key, (name) => this.entries.get(name)) ?? fallback;
  }

  /** Return the value as a number; an error if it is none. */
  number(key, fallback) {
    const text = this.text(key);
    if (text === undefined) return fallback;
    const value = Number(text);
    if (text.trim() === '' || Number.isNaN(value)) throw new TypeError(`${key} is not a number`);
    return value;
  }

  /** Return the value as a boolean; an error if it is none. */
  flag(key, fallback) {
    const text = this.text(key)?.trim().toLowerCase();
    if (text === undefined) return fallback;
    if (YES.includes(text)) return true;
    if (NO.includes(text)) return false;
    throw new TypeError(`${key} is not a flag`);
  }

  /** Return the settings below a prefix, without it, as an object. */
  section(prefix) {
    const start = `${prefix}.`;
    const found = [...this.entries.keys()].filter((key) => key.startsWith(start));
    return Object.fromEntries(found.map((key) => [key.slice(start.length), this.text(key)]));
  }

  /** Return all settings as the text of one file, references kept. */
  save(comment) {
    return stringify(this.entries, { comment });
  }
}
