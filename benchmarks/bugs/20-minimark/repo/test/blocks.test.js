'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { toHtml } = require('../lib');

test('headings get ids', () => {
  assert.equal(toHtml('# A & B\n## A b!'), '<h1 id="a-b">A &amp; B</h1>\n<h2 id="a-b-1">A b!</h2>');
});

test('paragraphs', () => {
  assert.equal(toHtml('one\n two\n\nthree'), '<p>one two</p>\n<p>three</p>');
});

test('code is left alone', () => {
  assert.equal(
    toHtml('```js\nif (a < b) {\n\n  *x*\n```\nend'),
    '<pre><code class="language-js">if (a &lt; b) {\n\n  *x*\n</code></pre>\n<p>end</p>',
  );
});

test('quotes', () => {
  assert.equal(toHtml('> one\n> *two*'), '<blockquote>one <em>two</em></blockquote>');
});

test('inline markup', () => {
  assert.equal(
    toHtml('**a *b* c** `x*y*` [l](http://e.org?a&b)'),
    '<p><strong>a <em>b</em> c</strong> <code>x*y*</code> <a href="http://e.org?a&amp;b">l</a></p>',
  );
});
