/** A map that also finds its values by a second key, such as the items of a subscription. */
export class IndexedMap<T> extends Map<string, T> {
  readonly #keyOf: (value: T) => string;
  readonly #groups = new Map<string, Map<string, T>>();

  constructor(keyOf: (value: T) => string) {
    super();
    this.#keyOf = keyOf;
  }

  override set(id: string, value: T): this {
    const key = this.#keyOf(value);
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = new Map();
      this.#groups.set(key, group);
    }
    group.set(id, value);
    return super.set(id, value);
  }

  override delete(id: string): boolean {
    const value = this.get(id);
    if (value !== undefined) this.#groups.get(this.#keyOf(value))?.delete(id);
    return super.delete(id);
  }

  /** The values of one key, oldest first. */
  by(key: string): T[] {
    return [...(this.#groups.get(key)?.values() ?? [])];
  }
}
