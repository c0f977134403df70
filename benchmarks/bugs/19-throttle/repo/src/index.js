export { Throttle } from './throttle.js';
export { ManualClock, systemClock } from './clock.js';
export { RuleError } from './errors.js';
