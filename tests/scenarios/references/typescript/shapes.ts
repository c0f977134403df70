export interface Area { size(): number }
export class Shape implements Area {
  size(): number { return 1; }
}
export type Id = string;
