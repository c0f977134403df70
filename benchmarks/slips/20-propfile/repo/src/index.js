/** Reading, writing and layering of .properties files. */

export { Settings } from './settings.js';
export { parse } from './parser.js';
export { stringify } from './writer.js';
