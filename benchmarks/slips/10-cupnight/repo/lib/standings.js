'use strict';

const { sides } = require('./results');
const { pointsFor } = require('./rules');

/** Return an empty record of a player. */
function emptyRecord(name) {
  return { name, played: 0, points: 0, scored: 0, conceded: 0 };
}

/** Order of records: points, then difference of scores, then scored, then name. */
function compareRecords(a, b) {
  return (
    b.points - a.points ||
    b.scored - b.conceded - (a.scored - a.conceded) ||
    b.scored - a.scored ||
    a.name.localeCompare(b.name)
  );
}

/** Add up results into sorted records; players without a game may be named as well. */
function standings(results, rules, names = []) {
  const records = new Map(names.map((name) => [name, emptyRecord(name)]));
  for (const result of results) {
    for (const side of sides(result)) {
      const record = records.get(side.name) ?? emptyRecord(side.name);
      record.played += 1;
      record.points += pointsFor(side, rules);
      record.scored += side.scored;
      record.conceded += side.conceded;
      records.set(side.name, record);
    }
  }
  return [...records.values()].sort(compareRecords);
}

module.exports = { standings, compareRecords };
