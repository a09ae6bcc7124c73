interface Stored {
  readonly id: string;
  readonly appId: string;
}

/**
 * Objects by id, found by appId as well, in the order they came. Reading on from the middle costs what is read, not
 * what lies before it: a tenant may hold 100,000 applications, and a client pages through them.
 */
export class ObjectStore<T extends Stored> extends Map<string, T> {
  readonly #byAppId = new Map<string, T>();
  readonly #places = new Map<string, number>();
  /** Ids in the order of their places; undefined where an object has gone. */
  #ids: (string | undefined)[] = [];
  /** Ascending; parallel to the ids. */
  #order: number[] = [];
  #nextPlace = 1;

  override set(id: string, object: T): this {
    const before = this.get(id);
    if (before) this.#byAppId.delete(before.appId);
    else this.#append(id);
    this.#byAppId.set(object.appId, object);
    return super.set(id, object);
  }

  override delete(id: string): boolean {
    const object = this.get(id);
    if (!object) return false;
    this.#byAppId.delete(object.appId);
    this.#ids[this.#indexAfter((this.#places.get(id) ?? 0) - 1)] = undefined;
    this.#places.delete(id);
    super.delete(id);
    if (this.#ids.length > 64 && this.size < this.#ids.length / 2) this.#compact();
    return true;
  }

  override clear(): void {
    for (const id of [...this.keys()]) this.delete(id);
  }

  byAppId(appId: string): T | undefined {
    return this.#byAppId.get(appId);
  }

  /** Where an object stands: what came later stands higher. A place is never given twice. */
  placeOf(id: string): number {
    return this.#places.get(id) ?? 0;
  }

  /** The objects that stand behind a place, in order. */
  *after(place: number): Generator<T> {
    for (let index = this.#indexAfter(place); index < this.#ids.length; index++) {
      const object = this.get(this.#ids[index] ?? "");
      if (object) yield object;
    }
  }

  #append(id: string): void {
    const place = this.#nextPlace++;
    this.#places.set(id, place);
    this.#ids.push(id);
    this.#order.push(place);
  }

  /** Index of the first place higher than the given one. */
  #indexAfter(place: number): number {
    let low = 0;
    let high = this.#order.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#order[middle] ?? 0) <= place) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #compact(): void {
    const kept = this.#ids.flatMap((id, index) =>
      id === undefined ? [] : [[id, this.#order[index] ?? 0] as const],
    );
    this.#ids = kept.map(([id]) => id);
    this.#order = kept.map(([, place]) => place);
  }
}
