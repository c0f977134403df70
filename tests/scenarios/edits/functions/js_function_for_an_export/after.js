'use strict';
const fs = require('fs');

export const parse = async (text) => {
  return text;
};

export default function main(a) { return a; }

class Store {
  static async open(path) {
    return new Store(path);
  }

  handle = (event) => this.emit(event);
}

module.exports.close = function (store) {
  store.end();
};
const table = { key: function (a) { return a; }, method(b) { return b; } };
