import { unknown } from '../nearest.ts';
import { Unfit } from '../values.ts';

/** One JSON object, taken apart field by field. Whatever is wrong goes to `problems` with the place where it stands. */
export class Fields {
  readonly #values: ReadonlyMap<string, unknown>;
  readonly #isObject: boolean;
  readonly #place: string;
  readonly #problems: string[];

  /** `place` is put before a field's name: empty, or `rules[0].`. */
  constructor(value: unknown, names: readonly string[], place: string, problems: string[]) {
    this.#place = place;
    this.#problems = problems;
    this.#isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    this.#values = new Map(this.#isObject ? Object.entries(value as object) : []);
    if (!this.#isObject)
      problems.push(`${place === '' ? '' : `${place.slice(0, -1)}: `}must be a JSON object`);
    for (const name of this.#values.keys())
      if (!names.includes(name)) problems.push(`${place}${name}: ${unknown(name, names)}`);
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** The field as `parse` reads it; `otherwise` when it is absent, or wrong, and then that was told. */
  take<T>(name: string, parse: (value: unknown) => T, otherwise: T): T {
    if (!this.#values.has(name)) return otherwise;
    try {
      return parse(this.#values.get(name));
    } catch (error) {
      if (!(error instanceof Unfit)) throw error;
      this.refuse(name, error.message);
      return otherwise;
    }
  }

  /** Like `take`, of a field that must be there. */
  require<T>(name: string, parse: (value: unknown) => T, otherwise: T): T {
    if (this.#isObject && !this.#values.has(name)) this.refuse(name, 'is missing');
    return this.take(name, parse, otherwise);
  }

  /** The objects of a list, each with the place it stands in. */
  list<T>(name: string, read: (value: unknown, place: string) => T): T[] {
    const value = this.#values.get(name);
    if (value === undefined) return [];
    if (Array.isArray(value)) return value.map((one, i) => read(one, `${this.#place}${name}[${i}].`));
    this.refuse(name, 'must be a list');
    return [];
  }

  refuse(name: string, message: string): void {
    this.#problems.push(`${this.#place}${name}: ${message}`);
  }
}
