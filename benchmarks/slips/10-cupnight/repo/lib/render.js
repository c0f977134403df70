'use strict';

/** Return "+3", "0" or "-2". */
function signed(number) {
  return number > 0 ? `+${number}` : String(number);
}

/** Render the table of a league: place, name, games, difference and points. */
function renderTable(league) {
  const records = league.table();
  const width = Math.max(4, ...records.map((record) => record.name.length));
  const rows = records.map((record, index) =>
    [
      String(index + 1).padStart(2),
      record.name.padEnd(width),
      String(record.played).padStart(2),
      signed(record.scored - record.conceded).padStart(4),
      String(record.points).padStart(3),
    ].join(' '),
  );
  return [league.name, ...rows].join('\n');
}

/** Return "promoted: Ada, Bob" or "nobody is promoted". */
function promotedLine(league) {
  const names = league.promoted();
  return names.length ? `promoted: ${names.join(', ')}` : 'nobody is promoted';
}

module.exports = { renderTable, promotedLine };
