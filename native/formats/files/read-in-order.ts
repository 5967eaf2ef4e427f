const AT_ONCE = 16;

/** Do something with each item, a few at a time, and give the results in the items' order. The first fault ends it. */
export async function* readInOrder<Item, Result>(
  items: readonly Item[],
  read: (item: Item) => Promise<Result>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Result> {
  const underWay: Promise<Result>[] = [];
  let next = 0;
  try {
    while (next < items.length || underWay.length > 0) {
      signal?.throwIfAborted();
      while (underWay.length < AT_ONCE && next < items.length) {
        const result = read(items[next++]!);
        // A fault is told when its turn comes; until then nobody waits for it.
        result.catch(() => {});
        underWay.push(result);
      }
      yield await underWay.shift()!;
    }
  } finally {
    await Promise.allSettled(underWay);
  }
}
