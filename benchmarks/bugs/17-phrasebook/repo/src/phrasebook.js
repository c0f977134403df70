import { MissingMessage } from './errors.js';
import { MessageStore } from './store.js';

/** The front door: add messages, translate keys. */
export class Phrasebook {
  constructor({ fallback = 'en', strict = false } = {}) {
    this.store = new MessageStore(fallback);
    this.strict = strict;
  }

  add(locale, messages) {
    this.store.add(locale, messages);
    return this;
  }

  /** The message for a key; an unknown key stands for itself unless the book is strict. */
  translate(locale, key, values = {}) {
    try {
      return this.store.message(locale, key)(values);
    } catch (error) {
      if (error instanceof MissingMessage && !this.strict) return key;
      throw error;
    }
  }

  /** A function that translates into one locale. */
  translator(locale) {
    return (key, values) => this.translate(locale, key, values);
  }

  languages() {
    return this.store.languages();
  }

  /** The keys of the fallback language a locale has no message of its own for. */
  missing(locale) {
    const all = this.store.sources.get(this.store.fallback) ?? new Map();
    return [...all.keys()].filter((key) => !this.store.has(locale, key));
  }
}
