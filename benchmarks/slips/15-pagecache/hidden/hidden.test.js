import test from 'node:test';
import assert from 'node:assert/strict';
import { ManualClock, PageCache } from '../src/index.js';

function setup(value) {
  const clock = new ManualClock(5);
  let calls = 0;
  const fetcher = async () => ({ body: ++calls, headers: { 'cache-control': value } });
  return { clock, cache: new PageCache({ fetcher, clock }) };
}

test('no-cache with a stale time is served stale', async () => {
  const { cache, clock } = setup('no-cache, stale-while-revalidate=2');
  await cache.get('/');
  clock.advance(1_500);
  assert.equal((await cache.get('/')).status, 'stale');
});

test('last moment of the stale time', async () => {
  const { cache, clock } = setup('stale-while-revalidate=100, s-maxage=1');
  await cache.get('/');
  clock.advance(100_999);
  assert.equal((await cache.get('/')).status, 'stale');
});

test('first moment after the stale time', async () => {
  const { cache, clock } = setup('stale-while-revalidate=100, s-maxage=1');
  await cache.get('/');
  clock.advance(101_000);
  assert.equal((await cache.get('/')).status, 'miss');
});

test('an unreadable stale time counts as none', async () => {
  const { cache, clock } = setup('max-age=1, stale-while-revalidate=soon');
  await cache.get('/');
  clock.advance(1_000);
  assert.equal((await cache.get('/')).status, 'miss');
});
