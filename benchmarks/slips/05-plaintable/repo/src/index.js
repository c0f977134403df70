// Public face of plaintable.
export { renderTable } from './table.js';
export { makeColumns } from './columns.js';
export { wrapText } from './wrap.js';
export { parseRows } from './input.js';
