/**
 * A map that also hands out its values as an array without walking itself again, so that a page of a
 * tenant with 100,000 applications costs the page and not the tenant. It is a class because tests
 * change tenants by hand with the methods of `Map`. It is made empty and then filled.
 */
export class Collection<Value> extends Map<string, Value> {
  #all: readonly Value[] | undefined;
  readonly #subsets = new Map<string, readonly Value[]>();

  /** All values in the order in which they were added. */
  all(): readonly Value[] {
    this.#all ??= [...this.values()];
    return this.#all;
  }

  /**
   * The values that pass `test`, remembered under `name` until a value is added or removed.
   * Only for tests on fields that never change in a value.
   */
  subset(name: string, test: (value: Value) => boolean): readonly Value[] {
    const known = this.#subsets.get(name);
    if (known) return known;
    const found = this.all().filter(test);
    this.#subsets.set(name, found);
    return found;
  }

  override set(key: string, value: Value): this {
    this.#forget();
    return super.set(key, value);
  }

  override delete(key: string): boolean {
    this.#forget();
    return super.delete(key);
  }

  override clear(): void {
    this.#forget();
    super.clear();
  }

  #forget(): void {
    this.#all = undefined;
    this.#subsets.clear();
  }
}
