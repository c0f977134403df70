'use strict';

const { parseResults } = require('./results');
const { makeRules } = require('./rules');
const { standings } = require('./standings');

/** A league with a name, rules, players and results. */
class League {
  constructor(name, rules = {}, players = []) {
    this.name = name;
    this.rules = makeRules(rules);
    this.players = [...players];
    this.results = [];
  }

  /** Add the results of a text; returns how many there were. */
  enter(text) {
    const results = parseResults(text);
    this.results.push(...results);
    return results.length;
  }

  /** Return the sorted records of all players. */
  table() {
    return standings(this.results, this.rules, this.players);
  }

  /** Return the names of those at the top who are promoted. */
  promoted() {
    return this.table()
      .slice(0, this.rules.promoted)
      .map((record) => record.name);
  }

  /** Return the record of one player or undefined. */
  record(name) {
    return this.table().find((record) => record.name === name);
  }
}

module.exports = { League };
