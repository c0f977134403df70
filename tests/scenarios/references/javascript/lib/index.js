export * from './shapes.js';
export { scale as resize } from './shapes';
