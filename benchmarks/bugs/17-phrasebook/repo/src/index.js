export { Phrasebook } from './phrasebook.js';
export { MessageError, SyntaxProblem, MissingMessage } from './errors.js';
