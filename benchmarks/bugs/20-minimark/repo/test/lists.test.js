'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { toHtml, toc } = require('../lib');

test('flat list', () => {
  assert.equal(toHtml('- a\n- *b*'), '<ul><li>a</li><li><em>b</em></li></ul>');
});

test('ordered list', () => {
  assert.equal(toHtml('1. a\n2. b'), '<ol><li>a</li><li>b</li></ol>');
});

test('change of kind', () => {
  assert.equal(toHtml('- a\n1. b'), '<ul><li>a</li></ul><ol><li>b</li></ol>');
});

test('a list in a list and back', () => {
  assert.equal(
    toHtml('- a\n  1. b\n  2. c\n- d'),
    '<ul><li>a<ol><li>b</li><li>c</li></ol></li><li>d</li></ul>',
  );
});

test('back over two levels at once', () => {
  assert.equal(
    toHtml('- a\n  - b\n    - c\n- d'),
    '<ul><li>a<ul><li>b<ul><li>c</li></ul></li></ul></li><li>d</li></ul>',
  );
});

test('ending deep inside', () => {
  assert.equal(
    toHtml('- a\n  - b\n    - c'),
    '<ul><li>a<ul><li>b<ul><li>c</li></ul></li></ul></li></ul>',
  );
});

test('list between paragraphs', () => {
  assert.equal(toHtml('x\n- a\n\ny'), '<p>x</p>\n<ul><li>a</li></ul>\n<p>y</p>');
});

test('table of contents', () => {
  assert.equal(
    toc('# A\n## B\n### C\n# D'),
    '<ul><li><a href="#a">A</a><ul><li><a href="#b">B</a><ul><li><a href="#c">C</a></li></ul></li></ul></li>' +
      '<li><a href="#d">D</a></li></ul>',
  );
});

test('table of contents of one level', () => {
  assert.equal(toc('# A\n## B\n# C', 1), '<ul><li><a href="#a">A</a></li><li><a href="#c">C</a></li></ul>');
});

test('empty document', () => {
  assert.equal(toHtml(''), '');
  assert.equal(toc('text'), '');
});
