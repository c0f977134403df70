'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const { League, renderTable, promotedLine } = require('../lib');
const { parseResult } = require('../lib/results');

function league(rules, text = 'Ada 3:1 Bob\nBob 2:2 Cid\nCid 0:4 Ada\n') {
  const result = new League('Cup', rules);
  result.enter(text);
  return result;
}

const points = (l) => Object.fromEntries(l.table().map((r) => [r.name, r.points]));

test('results are parsed', () => {
  assert.deepEqual(parseResult('Ada L 3:1 Bob'), { home: 'Ada L', away: 'Bob', homeScore: 3, awayScore: 1 });
  assert.throws(() => parseResult('Ada 3 Bob'), /bad result/);
});

test('nobody plays alone', () => {
  assert.throws(() => parseResult('Ada 1:0 Ada'), /alone/);
});

test('comments are skipped', () => {
  assert.equal(new League('x').enter('# day one\n\nAda 1:0 Bob\n'), 1);
});

test('usual points', () => {
  assert.deepEqual(points(league()), { Ada: 6, Bob: 1, Cid: 1 });
});

test('two points for a win', () => {
  assert.deepEqual(points(league({ win: 2 })), { Ada: 4, Bob: 1, Cid: 1 });
});

test('no points for a draw', () => {
  assert.deepEqual(points(league({ draw: 0 })), { Ada: 6, Bob: 0, Cid: 0 });
});

test('points for taking part', () => {
  assert.deepEqual(points(league({ present: 1 })), { Ada: 8, Bob: 3, Cid: 3 });
});

test('minus points for a loss', () => {
  assert.deepEqual(points(league({ loss: -1 })), { Ada: 6, Bob: 0, Cid: 0 });
});

test('unknown rule', () => {
  assert.throws(() => league({ bonus: 1 }), /unknown rule/);
});

test('rules are whole numbers', () => {
  assert.throws(() => league({ win: '3' }), /whole number/);
});

test('order by difference', () => {
  assert.deepEqual(league().table().map((r) => r.name), ['Ada', 'Bob', 'Cid']);
});

test('players without games', () => {
  const l = new League('Cup', {}, ['Zoe']);
  l.enter('Ada 1:0 Bob');
  assert.equal(l.record('Zoe').played, 0);
  assert.equal(l.record('Max'), undefined);
});

test('two are promoted', () => {
  assert.equal(promotedLine(league()), 'promoted: Ada, Bob');
});

test('a league without promotion', () => {
  assert.equal(promotedLine(league({ promoted: 0 })), 'nobody is promoted');
});

test('rendered table', () => {
  assert.deepEqual(renderTable(league({ promoted: 1 })).split('\n').slice(0, 2), ['Cup', ' 1 Ada   2   +6   6']);
});
