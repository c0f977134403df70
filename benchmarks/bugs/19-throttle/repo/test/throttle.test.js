import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ManualClock, RuleError, Throttle } from '../src/index.js';

function setup(rules, options) {
  const clock = new ManualClock(50_000);
  return { clock, throttle: new Throttle({ rules, clock, ...options }) };
}

describe('throttle', () => {
  it('lets through as many as the rule says', () => {
    const { throttle } = setup({ login: '3/minute' });
    const seen = [1, 2, 3, 4].map(() => throttle.check('login', 'a').allowed);
    assert.deepEqual(seen, [true, true, true, false]);
  });

  it('keeps clients and rules apart', () => {
    const { throttle } = setup({ x: '1/minute', y: '1/minute' });
    assert.equal(throttle.check('x', 'a').allowed, true);
    assert.equal(throttle.check('x', 'b').allowed, true);
    assert.equal(throttle.check('y', 'a').allowed, true);
    assert.equal(throttle.check('x', 'a').allowed, false);
  });

  it('lets through again after the interval', () => {
    const { clock, throttle } = setup({ api: '1/second' });
    const pass = throttle.guard('api');
    assert.equal(pass('a'), true);
    clock.advance(999);
    assert.equal(pass('b'), true);
    clock.advance(1);
    assert.equal(pass('a'), true);
  });

  it('is not held up by clients that keep asking', () => {
    const { clock, throttle } = setup({ api: '1/second' });
    const pass = throttle.guard('api');
    pass('a');
    let passed = 0;
    for (let step = 0; step < 25; step += 1) {
      clock.advance(400);
      if (pass('a')) passed += 1;
    }
    assert.equal(passed, 8);
  });

  it('gives the right time to wait to an impatient client', () => {
    const { clock, throttle } = setup({ api: '2/minute' });
    throttle.check('api', 'a', 2);
    clock.advance(20_000);
    assert.equal(throttle.check('api', 'a').retryAfter, 10_000);
    clock.advance(5_000);
    const verdict = throttle.check('api', 'a');
    assert.equal(verdict.retryAfter, 5_000);
    assert.equal(verdict.headers['Retry-After'], '5');
  });

  it('fills up to the burst and no further', () => {
    const { clock, throttle } = setup({ api: '1/second burst 3' });
    assert.equal(throttle.check('api', 'a', 3).allowed, true);
    clock.advance(60_000);
    assert.equal(throttle.check('api', 'a').headers['X-RateLimit-Remaining'], '2');
  });

  it('does not save time up when full', () => {
    const { clock, throttle } = setup({ api: '1/second' });
    const pass = throttle.guard('api');
    pass('a');
    clock.advance(10_900);
    assert.equal(pass('a'), true);
    clock.advance(900);
    assert.equal(pass('a'), false);
  });

  it('tells the limit', () => {
    const { throttle } = setup({ api: '5/minute' });
    assert.deepEqual(throttle.check('api', 'a').headers, {
      'X-RateLimit-Limit': '5',
      'X-RateLimit-Remaining': '4',
    });
  });

  it('never lets through what costs more than the capacity', () => {
    const { throttle } = setup({ api: '5/minute' });
    const verdict = throttle.check('api', 'a', 6);
    assert.equal(verdict.allowed, false);
    assert.equal(verdict.retryAfter, Infinity);
    assert.equal('Retry-After' in verdict.headers, false);
  });

  it('forgets idle clients when there are too many', () => {
    const { clock, throttle } = setup({ api: '1/second' }, { limit: 2 });
    throttle.check('api', 'a');
    clock.advance(1500);
    throttle.check('api', 'b');
    throttle.check('api', 'c');
    assert.equal(throttle.shelf.size, 2);
  });

  it('survives a clock that goes back', () => {
    const { clock, throttle } = setup({ api: '2/second' });
    throttle.check('api', 'a');
    clock.advance(-5000);
    assert.equal(throttle.check('api', 'a').allowed, true);
    assert.equal(throttle.check('api', 'a').allowed, false);
  });

  it('knows only its rules', () => {
    const { throttle } = setup({ api: '2/second' });
    assert.throws(() => throttle.check('nope', 'a'), RuleError);
  });
});
