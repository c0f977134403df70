import test from 'node:test';
import assert from 'node:assert/strict';
import { LruStore, ManualClock, PageCache, parseCacheControl } from '../src/index.js';

function setup(headers, capacity = 10) {
  const clock = new ManualClock(1_000_000);
  let calls = 0;
  const fetcher = async (url) => ({ body: `${url}#${++calls}`, headers });
  const cache = new PageCache({ fetcher, clock, capacity });
  return { cache, clock, calls: () => calls };
}

const cc = (value) => ({ 'Cache-Control': value });

test('parses directives', () => {
  assert.deepEqual(parseCacheControl('Max-Age=10, no-cache, x="a b"'), {
    'max-age': '10', 'no-cache': true, x: 'a b',
  });
});

test('a fresh page is a hit', async () => {
  const { cache, clock } = setup(cc('max-age=60'));
  assert.equal((await cache.get('/a')).status, 'miss');
  clock.advance(59_999);
  assert.deepEqual(await cache.get('/a'), { status: 'hit', body: '/a#1' });
});

test('an old page is fetched again', async () => {
  const { cache, clock } = setup(cc('max-age=60'));
  await cache.get('/a');
  clock.advance(60_000);
  assert.deepEqual(await cache.get('/a'), { status: 'miss', body: '/a#2' });
});

test('s-maxage wins over max-age', async () => {
  const { cache, clock } = setup(cc('max-age=60, s-maxage=5'));
  await cache.get('/a');
  clock.advance(6_000);
  assert.equal((await cache.get('/a')).status, 'miss');
});

test('no-store is never kept', async () => {
  const { cache } = setup(cc('no-store, max-age=60'));
  await cache.get('/a');
  assert.deepEqual(await cache.get('/a'), { status: 'bypass', body: '/a#2' });
});

test('expires is the fallback', async () => {
  const { cache, clock } = setup({ Expires: new Date(1_030_000).toUTCString() });
  await cache.get('/a');
  clock.advance(29_000);
  assert.equal((await cache.get('/a')).status, 'hit');
  clock.advance(1_000);
  assert.equal((await cache.get('/a')).status, 'bypass');
});

test('a stale page is served and refreshed behind the scenes', async () => {
  const { cache, clock, calls } = setup(cc('max-age=10, stale-while-revalidate=30'));
  await cache.get('/a');
  clock.advance(25_000);
  assert.deepEqual(await cache.get('/a'), { status: 'stale', body: '/a#1' });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(calls(), 2);
  assert.deepEqual(await cache.get('/a'), { status: 'hit', body: '/a#2' });
});

test('after the stale time the page is gone', async () => {
  const { cache, clock } = setup(cc('max-age=10, stale-while-revalidate=30'));
  await cache.get('/a');
  clock.advance(40_000);
  assert.equal((await cache.get('/a')).status, 'miss');
});

test('calls at the same time share one fetch', async () => {
  const { cache, calls } = setup(cc('max-age=10'));
  await Promise.all([cache.get('/a'), cache.get('/a'), cache.get('/a')]);
  assert.equal(calls(), 1);
});

test('the page unused for longest is dropped', () => {
  const store = new LruStore(2);
  store.set('a', 1);
  store.set('b', 2);
  store.get('a');
  store.set('c', 3);
  assert.equal(store.get('b'), undefined);
  assert.equal(store.get('a'), 1);
  assert.equal(store.size, 2);
});

test('time does not run backwards', () => {
  assert.throws(() => new ManualClock().advance(-1), RangeError);
});
