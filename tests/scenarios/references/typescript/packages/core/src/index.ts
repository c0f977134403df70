export { sum } from './sum'
