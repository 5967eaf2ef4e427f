import { describe, expect, it } from 'vitest';
import { isAbort } from '../kernel/app-error.ts';
import { inParallel } from './in-parallel.ts';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('work on many things', () => {
  it('is done so many at a time, with results in the order of the things', async () => {
    let busy = 0;
    let most = 0;
    const results = await inParallel([3, 1, 2, 0, 5], 2, undefined, async (turns) => {
      most = Math.max(most, ++busy);
      for (let index = 0; index < turns; index++) await turn();
      busy -= 1;
      return turns * 10;
    });
    expect(results).toEqual([30, 10, 20, 0, 50]);
    expect(most).toBe(2);
    expect(await inParallel([], 2, undefined, async () => 1)).toEqual([]);
  });

  it('stops at the first fault, and throws it once the others have let go', async () => {
    const started: number[] = [];
    let released = false;
    const work = inParallel([0, 1, 2, 3], 2, undefined, async (item, signal) => {
      started.push(item);
      if (item === 0) throw undefined;
      while (!signal.aborted) await turn();
      await turn();
      released = true;
      signal.throwIfAborted();
    });
    await expect(work).rejects.toBeUndefined();
    expect([started, released]).toEqual([[0, 1], true]);
  });

  it('stops when its caller gives up', async () => {
    const stop = new AbortController();
    const started: number[] = [];
    const work = inParallel([0, 1, 2], 1, stop.signal, async (item) => {
      started.push(item);
      stop.abort();
    });
    expect(isAbort(await work.catch((error: unknown) => error))).toBe(true);
    expect(started).toEqual([0]);
  });
});
