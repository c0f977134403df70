'use strict';

const USUAL = { win: 3, draw: 1, loss: 0, present: 0, promoted: 2 };

/** Return one rule of a league: the number that is set, 0 included, or else the usual one. */
function ruleOf(given, name) {
  return given[name] || USUAL[name];
}

/** Complete the rules of a league; unknown names and values that are no numbers are errors. */
function makeRules(given = {}) {
  for (const [name, value] of Object.entries(given)) {
    if (!(name in USUAL)) {
      throw new Error(`unknown rule ${name}`);
    }
    if (value !== undefined && value !== null && !Number.isInteger(value)) {
      throw new Error(`rule ${name} must be a whole number`);
    }
  }
  const rules = {};
  for (const name of Object.keys(USUAL)) {
    rules[name] = ruleOf(given, name);
  }
  return Object.freeze(rules);
}

/** Return the points of one side for a result, with those for being present. */
function pointsFor(side, rules) {
  let points = rules.loss;
  if (side.scored > side.conceded) {
    points = rules.win;
  } else if (side.scored === side.conceded) {
    points = rules.draw;
  }
  return points + rules.present;
}

module.exports = { makeRules, pointsFor };
