import { beforeEach, describe, expect, it } from 'vitest';
import { type FakeClock, fakeClock } from '../../test/support/fake-clock.ts';
import type { Progress } from '../contract/wire.ts';
import type { StoreProgress } from '../kernel/ports/data-store.ts';
import { WorkMeter } from './work-meter.ts';

let clock: FakeClock;
let told: Progress;
let meter: WorkMeter;
beforeEach(() => {
  clock = fakeClock();
  told = { fraction: null, message: '', rate: null, remainingMs: null };
  meter = new WorkMeter(clock, (progress) => Object.assign(told, progress));
});

const storing = (bytes: number, more: Partial<StoreProgress> = {}) =>
  meter.store({ phase: 'storing', files: 0, bytes, totalFiles: 1, totalBytes: 100e6, ...more });

describe('the progress of long work', () => {
  it('tells how much is done, how fast it goes and how long it takes yet', () => {
    storing(0);
    clock.forward(2000);
    storing(50e6);
    expect(told).toMatchObject({ message: 'Storing', rate: '25.0 MB/s' });
    expect(told.fraction).toBeCloseTo(0.5, 2);
    expect(told.remainingMs! / 1000).toBeCloseTo(2, 1);
  });

  it('tells the rate of the last moments', () => {
    for (let second = 0; second <= 10; second += 1) {
      storing(second < 5 ? second * 10e6 : 40e6 + (second - 4) * 1e6);
      clock.forward(1000);
    }
    expect(told.rate).toBe('1.0 MB/s');
  });

  it('counts files where they are many and small', () => {
    const many = { totalFiles: 200_000, totalBytes: 400e6 };
    storing(0, many);
    clock.forward(1000);
    storing(2e6, { ...many, files: 1000 });
    expect(told).toMatchObject({ message: 'Storing: 1,000 of 200,000 files', rate: '1,000 files/s' });
  });

  it('knows no fraction while it only looks, and never goes back', () => {
    meter.store({ phase: 'looking', files: 12_345, bytes: 0, totalFiles: null, totalBytes: null });
    expect(told).toMatchObject({
      fraction: null,
      message: 'Looking at the files: 12,345',
      remainingMs: null,
    });
    storing(80e6);
    storing(10e6);
    expect(told.fraction).toBeGreaterThan(0.79);
  });

  it('puts stages one after the other', () => {
    meter.stage(0, 0.5);
    meter.tell(1, 'Fetching');
    expect(told.fraction).toBe(0.5);
    meter.stage(meter.done, 1);
    meter.tell(0.5, 'Storing');
    expect(told.fraction).toBe(0.75);
    meter.tell(null, 'Waiting');
    expect(told).toMatchObject({ fraction: 0.75, message: 'Waiting' });
  });

  it('does not guess in the first second', () => {
    storing(0);
    clock.forward(100);
    storing(20e6);
    expect(told).toMatchObject({ rate: null, remainingMs: null });
  });
});
