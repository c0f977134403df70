import { compileMessage } from './compile.js';
import { MissingMessage } from './errors.js';
import { chain, languageOf, normalize } from './locales.js';

/** The messages of all locales, and those of them which are compiled already. */
export class MessageStore {
  constructor(fallback) {
    this.fallback = normalize(fallback);
    this.sources = new Map();
    this.compiled = new Map();
  }

  /** Add messages to a locale; nested objects make keys with dots. */
  add(locale, messages, prefix = '') {
    const name = normalize(locale);
    if (!this.sources.has(name)) this.sources.set(name, new Map());
    for (const [key, value] of Object.entries(messages)) {
      if (typeof value === 'object') {
        this.add(locale, value, `${prefix}${key}.`);
      } else {
        this.sources.get(name).set(prefix + key, value);
        this.compiled.delete(`${name}/${prefix}${key}`);
      }
    }
  }

  /**
   * The compiled message for a key: of the locale, or of the first locale down
   * the chain that has it. Each message of each locale is compiled at most
   * once, when it is needed first.
   */
  message(locale, key) {
    for (const name of chain(locale, this.fallback)) {
      const source = this.sources.get(name)?.get(key);
      if (source === undefined) {
        continue;
      }
      const slot = `${languageOf(name)}/${key}`;
      let ready = this.compiled.get(slot);
      if (ready === undefined) {
        ready = compileMessage(name, source);
        this.compiled.set(slot, ready);
      }
      return ready;
    }
    throw new MissingMessage(locale, key);
  }

  /** The languages there are messages for, whatever the region. */
  languages() {
    return [...new Set([...this.sources.keys()].map(languageOf))].sort();
  }

  has(locale, key) {
    return this.sources.get(normalize(locale))?.has(key) ?? false;
  }
}
