import { RuleError } from './errors.js';

const UNITS = { second: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const RULE = /^(\d+)\s*\/\s*(\d+)?\s*(second|minute|hour|day)s?(?:\s+burst\s+(\d+))?$/;

/**
 * Read a rule: `5/minute`, `10/30 seconds`, `100/second burst 200`.
 *
 * `interval` is the time in milliseconds in which one token comes back;
 * `capacity` is how many there can be.
 */
export function parseRule(text) {
  const match = RULE.exec(text.trim());
  if (!match) throw new RuleError(`not a rule: ${text}`);
  const count = Number(match[1]);
  const period = Number(match[2] ?? 1) * UNITS[match[3]];
  if (count === 0 || period === 0) throw new RuleError(`not a rule: ${text}`);
  return { interval: period / count, capacity: Number(match[4] ?? count) };
}
