'use strict';

const STYLES = {
  question: () => '?',
  numbered: (position) => `$${position}`,
};

/** Collects the values of a query and hands out the marks that stand for them. */
class Bindings {
  constructor(style = 'question') {
    this.values = [];
    this.mark = STYLES[style];
  }

  add(value) {
    this.values.push(value);
    return this.mark(this.values.length);
  }
}

module.exports = { Bindings };
