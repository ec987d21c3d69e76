namespace Shapes {
  export interface Shape { area(): number; }
  export type Size = number;
  export enum Color { Red, Green }
}
export abstract class Base<T> {
  private items: T[] = [];
  abstract load(id: string): Promise<T>;
  save = (item: T): void => { this.items.push(item); };
  find(id: string): T | undefined { return this.items[0]; }
}
export const create = (size: number): Base<string> => null!;
export function parse<T>(text: string): T { return JSON.parse(text); }
declare function later(): void;
