import test from 'node:test';
import assert from 'node:assert/strict';
import { Settings, parse } from '../src/index.js';

const load = (...texts) => texts.reduce((all, text) => all.layer(text), new Settings());

test('three kinds of separators', () => {
  const map = parse('a = 1\nb: 2\nc 3\nd');
  assert.deepEqual([...map], [['a', '1'], ['b', '2'], ['c', '3'], ['d', '']]);
});

test('comments and blank lines', () => {
  assert.equal(parse('# x=1\n\n  ! y=2\nz=3').size, 1);
});

test('lines are joined', () => {
  assert.equal(load('list = a,\\\n       b,\\\n       c').text('list'), 'a,b,c');
});

test('two backslashes do not join', () => {
  assert.equal(load('dir=c:\\\\\nnext=1').text('dir'), 'c:\\');
});

test('control escapes', () => {
  assert.equal(load('m=one\\ttwo\\nthree').text('m'), 'one\ttwo\nthree');
});

test('escaped separators in keys', () => {
  assert.equal(load('a\\ b\\=c = 5').number('a b=c'), 5);
});

test('unicode escape in a value', () => {
  assert.equal(load('city = K\\u00f6ln').text('city'), 'K\u00f6ln');
});

test('later layers win', () => {
  const settings = load('port=80\nhost=a', 'port=8080');
  assert.equal(settings.number('port'), 8080);
  assert.equal(settings.text('host'), 'a');
});

test('references', () => {
  const settings = load('host=h\nurl=http://${host}:${port}/', 'port=81');
  assert.equal(settings.text('url'), 'http://h:81/');
});

test('circular references', () => {
  assert.throws(() => load('a=${b}\nb=${a}').text('a'), /a > b > a/);
});

test('flags', () => {
  const settings = load('a=Yes\nb=off\nc=maybe');
  assert.equal(settings.flag('a'), true);
  assert.equal(settings.flag('b'), false);
  assert.throws(() => settings.flag('c'), TypeError);
});

test('sections', () => {
  assert.deepEqual(load('db.host=x\ndb.port=1\ndbx=2').section('db'), { host: 'x', port: '1' });
});

test('saving', () => {
  assert.equal(load('b=2\na=1\\n').save('made by hand'), '# made by hand\na=1\\n\nb=2\n');
});

test('saved settings are read back', () => {
  const settings = load('name=x');
  settings.entries.set('name', ' gr\u00fc\u00dfe\t\u20ac');
  assert.equal(load(settings.save()).text('name'), ' gr\u00fc\u00dfe\t\u20ac');
});
