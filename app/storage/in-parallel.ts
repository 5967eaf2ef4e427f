/**
 * Do the same with many things, so many at a time. The first fault stops the others, and is thrown once all of them have
 * let go of what they held.
 *
 * @param atOnce how many are in work at any moment
 * @returns the results in the order of the items
 */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  signal: AbortSignal | undefined,
  work: (item: Item, signal: AbortSignal) => Promise<Result>,
): Promise<Result[]> {
  const failed = new AbortController();
  const stop = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
  const results = new Array<Result>(items.length);
  let fault: unknown;
  let next = 0;
  const worker = async () => {
    while (next < items.length && !stop.aborted) {
      const index = next++;
      results[index] = await work(items[index]!, stop);
    }
  };
  const workers = Array.from({ length: Math.min(atOnce, items.length) }, () =>
    worker().catch((error: unknown) => {
      if (failed.signal.aborted) return;
      fault = error;
      failed.abort();
    }),
  );
  await Promise.all(workers);
  signal?.throwIfAborted();
  if (failed.signal.aborted) throw fault;
  return results;
}
