type Release = () => void | Promise<void>;

/** Acquired things and how to release them; released last to first, every one of them even if one throws. */
export class Disposables {
  readonly #releases: { readonly name: string; readonly release: Release }[] = [];

  add(name: string, release: Release): void {
    this.#releases.push({ name, release });
  }

  async dispose(): Promise<void> {
    const failures: unknown[] = [];
    for (const { name, release } of this.#releases.splice(0).reverse()) {
      try {
        await release();
      } catch (error) {
        failures.push(new Error(`releasing ${name} failed`, { cause: error }));
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'some resources were not released');
  }
}
