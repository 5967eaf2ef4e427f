/** A synchronous in-process signal: listeners of what just happened. Each `subscribe` returns its own release. */
export class Live<T> {
  readonly #listeners = new Set<(value: T) => void>();

  subscribe(listener: (value: T) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(value: T): void {
    for (const listener of [...this.#listeners]) listener(value);
  }

  /** Whether anybody listens, so that a source may rest while nobody does. */
  get watched(): boolean {
    return this.#listeners.size > 0;
  }

  /**
   * The signal as an async iterator for a stream procedure. `first` is yielded before anything live. Values that come
   * faster than they are taken are queued up to `capacity`; beyond it `merge` joins the newest two, so memory stays
   * bounded however slow the reader is.
   */
  async *iterate(
    signal: AbortSignal | undefined,
    options: { first?: readonly T[]; capacity?: number; merge?: (older: T, newer: T) => T } = {},
  ): AsyncGenerator<T, void, void> {
    const { first = [], capacity = 1000, merge = (_older, newer) => newer } = options;
    const queue: T[] = [...first];
    let wake: (() => void) | undefined;
    const release = this.subscribe((value) => {
      if (queue.length >= capacity) queue.push(merge(queue.pop()!, value));
      else queue.push(value);
      wake?.();
    });
    const stop = () => wake?.();
    signal?.addEventListener('abort', stop);
    try {
      while (!signal?.aborted) {
        const next = queue.shift();
        if (next !== undefined) yield next;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      release();
      signal?.removeEventListener('abort', stop);
    }
  }
}
