import test from 'node:test';
import assert from 'node:assert/strict';
import { Settings, parse } from '../src/index.js';

test('unicode escape in a key', () => {
  assert.equal(parse('caf\\u00e9=1').get('caf\u00e9'), '1');
});

test('a pair of surrogates and text after it', () => {
  assert.equal(parse('x=\\ud83d\\ude00 ok').get('x'), '\u{1F600} ok');
});

test('upper case digits at the end', () => {
  assert.equal(new Settings().layer('price=5 \\u20AC').text('price'), '5 \u20ac');
});

test('a bad unicode escape names the line', () => {
  assert.throws(() => parse('a=1\nb=\\u12x4'), /line 2: bad unicode escape/);
});

test('an escaped backslash before u', () => {
  assert.equal(parse('p=c:\\\\users').get('p'), 'c:\\users');
});
