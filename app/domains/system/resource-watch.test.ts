import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryLog } from '../../../test/support/memory-log.ts';
import type { Resources } from '../../contract/system.contract.ts';
import { createResourceWatch } from './resource-watch.ts';

const resources = (at: number): Resources => ({
  at,
  cpuPercent: null,
  memoryUsedBytes: 1,
  memoryTotalBytes: 2,
  diskFreeBytes: 3,
  gpus: [],
  running: 0,
  queued: 0,
});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the load of the machine', () => {
  it('comes every second while somebody watches, and is not measured otherwise', async () => {
    let measured = 0;
    const watch = createResourceWatch(async () => resources(++measured), new MemoryLog());
    const stop = new AbortController();
    const seen: number[] = [];
    const watching = (async () => {
      for await (const { at } of watch.watch(stop.signal)) seen.push(at);
    })();
    await vi.advanceTimersByTimeAsync(3500);
    expect(seen).toEqual([1, 2, 3, 4]);
    stop.abort();
    await watching;
    await vi.advanceTimersByTimeAsync(5000);
    expect(measured).toBeLessThanOrEqual(5);
    watch.close();
  });

  it('is not measured again after closing, also when that falls into a measurement', async () => {
    let measured = 0;
    let finish: (() => void) | undefined;
    const watch = createResourceWatch(async () => {
      measured += 1;
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return resources(measured);
    }, new MemoryLog());
    const stop = new AbortController();
    const watching = (async () => {
      for await (const _ of watch.watch(stop.signal));
    })();
    await vi.advanceTimersByTimeAsync(10);
    watch.close();
    finish!();
    await vi.advanceTimersByTimeAsync(5000);
    expect(measured).toBe(1);
    stop.abort();
    await watching;
  });
});
