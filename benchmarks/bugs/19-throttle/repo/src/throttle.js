import { systemClock } from './clock.js';
import { RuleError } from './errors.js';
import { headersFor } from './headers.js';
import { parseRule } from './rules.js';
import { Shelf } from './shelf.js';

/** Decides who may go on and who has to wait. */
export class Throttle {
  constructor({ rules, clock = systemClock, limit } = {}) {
    this.rules = new Map(Object.entries(rules ?? {}).map(([name, text]) => [name, parseRule(text)]));
    this.clock = clock;
    this.shelf = new Shelf(limit);
  }

  /** Take `cost` tokens of a client under a rule. */
  check(name, client, cost = 1) {
    const rule = this.rules.get(name);
    if (!rule) throw new RuleError(`no rule ${name}`);
    const now = this.clock.now();
    const pool = this.shelf.pool(`${name}:${client}`, rule, now);
    const allowed = pool.take(now, cost);
    const retryAfter = allowed ? 0 : pool.wait(now, cost);
    return { allowed, retryAfter, headers: headersFor(pool, allowed, retryAfter) };
  }

  /** The same as a function of the client. */
  guard(name) {
    return (client) => this.check(name, client).allowed;
  }
}
