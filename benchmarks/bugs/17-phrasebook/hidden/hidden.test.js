import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MessageStore } from '../src/store.js';

function store() {
  const store = new MessageStore('en');
  store.add('en', { a: 'one', n: '{n}' });
  store.add('de', { a: 'eins', n: '{n}' });
  store.add('de-CH', { n: '{n} Fr.' });
  return store;
}

test('hidden: each locale has its own message', () => {
  const s = store();
  assert.equal(s.message('de', 'a')({}), 'eins');
  assert.equal(s.message('en', 'a')({}), 'one');
  assert.equal(s.message('fr', 'a')({}), 'one');
});

test('hidden: the same source in two languages is not the same message', () => {
  const s = store();
  assert.equal(s.message('en', 'n')({ n: 1234.5 }), '1,234.5');
  assert.equal(s.message('de', 'n')({ n: 1234.5 }), '1.234,5');
});

test('hidden: region and language have different messages', () => {
  const s = store();
  assert.equal(s.message('de', 'n')({ n: 5 }), '5');
  assert.equal(s.message('de-CH', 'n')({ n: 5 }), '5 Fr.');
  assert.equal(s.message('de-AT', 'n')({ n: 5 }), '5');
  assert.equal(s.message('de-CH', 'a')({}), 'eins');
});

test('hidden: compiled once', () => {
  const s = store();
  assert.equal(s.message('en', 'a'), s.message('en', 'a'));
  assert.equal(s.message('de-AT', 'a'), s.message('de', 'a'));
});

test('hidden: replacing one locale leaves the other alone', () => {
  const s = store();
  s.message('en', 'a');
  s.message('de', 'a');
  s.add('en', { a: 'uno' });
  assert.equal(s.message('en', 'a')({}), 'uno');
  assert.equal(s.message('de', 'a')({}), 'eins');
});
