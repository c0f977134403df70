/** Whole tables. */
import { cellLines, fillTo } from './cells.js';
import { makeColumns } from './columns.js';

/** Join the cells of one row side by side; all cells get the height of the tallest. */
function joinRow(cells, columns) {
  const height = Math.max(...cells.map((lines) => lines.length));
  const filled = cells.map((lines, i) => fillTo(lines, height, columns[i].width));
  const out = [];
  for (let n = 0; n < height; n += 1) {
    out.push(filled.map((lines) => lines[n]).join(' | ').trimEnd());
  }
  return out;
}

/** Return the rule below the titles. */
function rule(columns) {
  return columns.map((column) => '-'.repeat(column.width)).join('-+-');
}

/** Render titles, a rule and all rows. */
export function renderTable(specs, rows) {
  const columns = makeColumns(specs);
  const head = joinRow(columns.map((c) => cellLines(c.title, { ...c, align: 'left' })), columns);
  const body = rows.flatMap((row) => joinRow(columns.map((c) => cellLines(row[c.key], c)), columns));
  return [...head, rule(columns), ...body].join('\n');
}

/** Render the rows without titles and rule. */
export function renderPlain(specs, rows) {
  return renderTable(specs, rows).split('\n').slice(renderTable(specs, []).split('\n').length).join('\n');
}
