import { Shape, Id } from './shapes';
export function f(s: Shape, i: Id) {
  return s.size();
}
