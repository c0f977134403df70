import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Phrasebook, MissingMessage, SyntaxProblem } from '../src/index.js';

function sample(options) {
  return new Phrasebook(options)
    .add('en', {
      hello: 'Hello {name}!',
      bye: 'Bye',
      files: '{count, plural, =0 {no files} one {# file} other {# files}}',
      menu: { open: 'Open', close: 'Close' },
    })
    .add('de', {
      hello: 'Hallo {name}!',
      files: '{count, plural, one {# Datei} other {# Dateien}}',
      menu: { open: 'Öffnen' },
    })
    .add('de-AT', { hello: 'Servus {name}!' })
    .add('pl', { files: '{count, plural, one {# plik} few {# pliki} other {# plików}}' });
}

test('values are filled in', () => {
  assert.equal(sample().translate('en', 'hello', { name: 'Ann' }), 'Hello Ann!');
  assert.equal(sample().translate('en', 'hello'), 'Hello {name}!');
});

test('nested keys', () => {
  assert.equal(sample().translate('de', 'menu.open'), 'Öffnen');
});

test('English plurals', () => {
  const t = sample().translator('en');
  assert.deepEqual([0, 1, 2].map((count) => t('files', { count })), ['no files', '1 file', '2 files']);
});

test('Polish plurals', () => {
  const t = sample().translator('pl');
  assert.deepEqual(
    [1, 3, 5, 12, 22].map((count) => t('files', { count })),
    ['1 plik', '3 pliki', '5 plików', '12 plików', '22 pliki'],
  );
});

test('several languages in one book', () => {
  const book = sample();
  assert.equal(book.translate('en', 'hello', { name: 'Ann' }), 'Hello Ann!');
  assert.equal(book.translate('de', 'hello', { name: 'Ann' }), 'Hallo Ann!');
  assert.equal(book.translate('en', 'hello', { name: 'Bob' }), 'Hello Bob!');
});

test('region, language and fallback in one book', () => {
  const book = sample();
  const hello = ['de', 'de-AT', 'de_ch', 'fr'].map((locale) => book.translate(locale, 'hello', { name: 'X' }));
  assert.deepEqual(hello, ['Hallo X!', 'Servus X!', 'Hallo X!', 'Hello X!']);
});

test('a region asked for first keeps to itself', () => {
  const book = sample();
  assert.equal(book.translate('de-AT', 'hello', { name: 'X' }), 'Servus X!');
  assert.equal(book.translate('de', 'hello', { name: 'X' }), 'Hallo X!');
  assert.equal(book.translate('de-AT', 'files', { count: 1 }), '1 Datei');
});

test('a language without a message uses the fallback', () => {
  const book = sample();
  assert.equal(book.translate('de', 'bye'), 'Bye');
  assert.equal(book.translate('de-AT', 'menu.close'), 'Close');
});

test('numbers are written as in the language', () => {
  assert.equal(sample().translate('de', 'files', { count: 1234567 }), '1.234.567 Dateien');
  assert.equal(sample().translate('en', 'files', { count: 1234567 }), '1,234,567 files');
});

test('a message can be replaced', () => {
  const book = sample();
  book.translate('en', 'bye');
  book.add('en', { bye: 'See you' });
  assert.equal(book.translate('en', 'bye'), 'See you');
});

test('unknown keys', () => {
  assert.equal(sample().translate('en', 'nope'), 'nope');
  assert.throws(() => sample({ strict: true }).translate('en', 'nope'), MissingMessage);
});

test('languages and what is missing', () => {
  assert.deepEqual(sample().languages(), ['de', 'en', 'pl']);
  assert.deepEqual(sample().missing('de'), ['bye', 'menu.close']);
});

test('broken messages', () => {
  for (const source of ['{', 'a } b', '{x, plural, one {1}}']) {
    const book = new Phrasebook().add('en', { source });
    assert.throws(() => book.translate('en', 'source'), SyntaxProblem);
  }
});
