'use strict';

const PATTERN = /^(\S.*?)\s+(\d+):(\d+)\s+(\S.*?)$/;

/** Parse "Ada 3:1 Bob" into { home, away, homeScore, awayScore }. */
function parseResult(line) {
  const match = PATTERN.exec(line.trim());
  if (!match) {
    throw new Error(`bad result: ${line}`);
  }
  const [, home, homeScore, awayScore, away] = match;
  if (home === away) {
    throw new Error(`${home} cannot play alone`);
  }
  return { home, away, homeScore: Number(homeScore), awayScore: Number(awayScore) };
}

/** Parse one result per line; empty lines and those starting with "#" are skipped. */
function parseResults(text) {
  return text
    .split('\n')
    .filter((line) => line.trim() && !line.trim().startsWith('#'))
    .map(parseResult);
}

/** Return both sides of a result as { name, scored, conceded }. */
function sides(result) {
  return [
    { name: result.home, scored: result.homeScore, conceded: result.awayScore },
    { name: result.away, scored: result.awayScore, conceded: result.homeScore },
  ];
}

module.exports = { parseResult, parseResults, sides };
