import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryLog } from '../../../../test/support/memory-log.ts';
import type { RunId } from '../../../contract/ids.ts';
import type { GrantedGpu, JobUsage } from '../../../executors/executor.ts';
import { newId } from '../../../kernel/new-id.ts';
import type { GpuReading, HostReading } from '../../../kernel/ports/telemetry.ts';
import type { RecordedPoint } from '../../../storage/metric-store.ts';
import { createRunTelemetry } from './run-telemetry.ts';

const granted = (index: number): GrantedGpu => ({ id: `GPU-${index}`, index, vendor: 'nvidia' });

const gpu = (index: number, change: Partial<GpuReading> = {}): GpuReading => ({
  ...granted(index),
  name: 'a GPU',
  driver: '1',
  utilisationPercent: 50,
  memoryUsedBytes: 1000,
  memoryTotalBytes: 2000,
  powerWatts: 100,
  temperatureCelsius: 60,
  processes: [],
  ...change,
});

const idle: JobUsage = {
  cpuMs: 0,
  memoryBytes: 500,
  readBytes: null,
  writtenBytes: null,
  receivedBytes: null,
  sentBytes: null,
  processes: 1,
  pids: [],
};

/** A machine of four cores whose time is the test's, and everything that was written. */
function scene() {
  const state = {
    host: {
      cpuPercent: 50,
      memoryUsedBytes: 7000,
      memoryTotalBytes: 9000,
      diskReadBytesPerSecond: null,
      diskWrittenBytesPerSecond: null,
      networkReceivedBytesPerSecond: null,
      networkSentBytesPerSecond: null,
      cpuPowerWatts: null,
      gpus: [],
    } as Omit<HostReading, 'at'>,
    hostReadings: 0,
    readHost: async (): Promise<HostReading> => ({ at: Date.now(), ...state.host }),
  };
  const log = new MemoryLog();
  const points = new Map<RunId, RecordedPoint[]>();
  const record = vi.fn((run: RunId, batch: readonly RecordedPoint[]) => {
    points.set(run, [...(points.get(run) ?? []), ...batch]);
  });
  const energy = vi.fn();
  const telemetry = createRunTelemetry({
    telemetry: {
      host: () => {
        state.hostReadings += 1;
        return state.readHost();
      },
    },
    clock: { now: () => Date.now() },
    cores: 4,
    log,
    record,
    energy,
  });
  return {
    state,
    log,
    record,
    energy,
    telemetry,
    watch(usage: () => Promise<JobUsage | null>, gpus: readonly GrantedGpu[] = [], local = true): RunId {
      const id = newId() as RunId;
      telemetry.watch({ id, startedAt: Date.now(), usage, gpus, local });
      return id;
    },
    series: (run: RunId, key: string) =>
      (points.get(run) ?? []).filter((point) => point.key === key).map(({ step, value }) => [step, value]),
    keys: (run: RunId) => [...new Set((points.get(run) ?? []).map(({ key }) => key))],
    used: () => ({
      wattHours: energy.mock.calls.reduce((all, call) => all + call[1], 0),
      sampledMs: energy.mock.calls.reduce((all, call) => all + call[2], 0),
      sources: [...new Set(energy.mock.calls.flatMap((call) => call[3]))],
    }),
  };
}

const forward = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a run that is watched', () => {
  it('has its use of the machine as metrics, with rates from the second sample on', async () => {
    const { telemetry, watch, series, keys } = scene();
    let seconds = 0;
    const run = watch(async () => {
      const usage: JobUsage = {
        ...idle,
        cpuMs: seconds * 2500,
        memoryBytes: 500 + seconds,
        readBytes: seconds * 10,
        writtenBytes: seconds * 20,
        receivedBytes: seconds * 30,
        sentBytes: seconds * 40,
      };
      seconds += 1;
      return usage;
    });
    await forward(2000);
    telemetry.unwatch(run);
    expect(series(run, 'system/memory_bytes')).toEqual([
      [0, 500],
      [1, 501],
      [2, 502],
    ]);
    expect(series(run, 'system/cpu_percent')).toEqual([
      [1, 250],
      [2, 250],
    ]);
    expect(series(run, 'system/read_bytes_per_second')).toEqual([
      [1, 10],
      [2, 10],
    ]);
    expect(series(run, 'system/written_bytes_per_second').at(-1)).toEqual([2, 20]);
    expect(series(run, 'system/received_bytes_per_second').at(-1)).toEqual([2, 30]);
    expect(series(run, 'system/sent_bytes_per_second').at(-1)).toEqual([2, 40]);
    expect(series(run, 'system/host_cpu_percent').at(-1)).toEqual([2, 50]);
    expect(series(run, 'system/host_memory_bytes').at(-1)).toEqual([2, 7000]);
    expect(keys(run)).toHaveLength(8);
  });

  it('has the disks and the network of the machine beside it, as far as they can be read', async () => {
    const { state, telemetry, watch, series, keys } = scene();
    state.host = {
      ...state.host,
      diskReadBytesPerSecond: 1,
      diskWrittenBytesPerSecond: 2,
      networkReceivedBytesPerSecond: 3,
    };
    const run = watch(async () => null);
    await forward(1000);
    telemetry.unwatch(run);
    const last = (key: string) => series(run, key).at(-1)?.[1];
    expect(last('system/host_read_bytes_per_second')).toBe(1);
    expect(last('system/host_written_bytes_per_second')).toBe(2);
    expect(last('system/host_received_bytes_per_second')).toBe(3);
    expect(keys(run)).not.toContain('system/host_sent_bytes_per_second');
  });

  it('has its own GPUs by the index that it was granted, and no other’s', async () => {
    const { state, telemetry, watch, series, keys } = scene();
    state.host = { ...state.host, gpus: [gpu(0), gpu(1, { utilisationPercent: 90, powerWatts: null })] };
    const run = watch(async () => null, [granted(1)]);
    await forward(1000);
    telemetry.unwatch(run);
    expect(series(run, 'system/gpu_1_percent')).toEqual([
      [0, 90],
      [1, 90],
    ]);
    expect(series(run, 'system/gpu_1_memory_bytes').at(-1)).toEqual([1, 1000]);
    expect(series(run, 'system/gpu_1_temperature_celsius').at(-1)).toEqual([1, 60]);
    expect(keys(run).filter((key) => key.includes('gpu_0') || key.includes('power'))).toEqual([]);
  });

  it('goes without the values of a GPU that is lost', async () => {
    const { state, telemetry, watch, series } = scene();
    state.host = { ...state.host, gpus: [gpu(0)] };
    const run = watch(async () => idle, [granted(0)]);
    await forward(1000);
    state.host = { ...state.host, gpus: [] };
    await forward(3000);
    telemetry.unwatch(run);
    expect(series(run, 'system/gpu_0_percent').map(([step]) => step)).toEqual([0, 1]);
    expect(series(run, 'system/memory_bytes').map(([step]) => step)).toEqual([0, 1, 2, 3, 4]);
  });

  it('has no rate over a counter that shrank', async () => {
    const { telemetry, watch, series } = scene();
    const counters = [1000, 2000, 100, 300];
    const run = watch(async () => ({ ...idle, cpuMs: counters.shift()! }));
    await forward(3000);
    telemetry.unwatch(run);
    expect(series(run, 'system/cpu_percent')).toEqual([
      [1, 100],
      [3, 20],
    ]);
  });

  it('is taken up anew after the application was closed, with steps that go on', async () => {
    const { telemetry, series } = scene();
    const id = newId() as RunId;
    telemetry.watch({ id, startedAt: Date.now() - 90_500, usage: async () => idle, gpus: [], local: true });
    await forward(1000);
    telemetry.watch({ id, startedAt: Date.now() - 91_500, usage: async () => idle, gpus: [], local: true });
    await forward(1000);
    telemetry.unwatch(id);
    expect(series(id, 'system/memory_bytes').map(([step]) => step)).toEqual([90, 91, 91, 92]);
  });
});

describe('a run on another machine', () => {
  it('has what it used itself, and nothing of the machine that Lathe runs on', async () => {
    const { telemetry, energy, series, watch } = scene();
    const run = watch(async () => idle, [], false);
    await forward(2000);
    telemetry.unwatch(run);
    expect(series(run, 'system/memory_bytes')).not.toEqual([]);
    expect(series(run, 'system/host_memory_bytes')).toEqual([]);
    expect(energy).not.toHaveBeenCalled();
  });
});

describe('writing', () => {
  it('is done every few seconds for all that was sampled, and at the end for the rest', async () => {
    const { record, telemetry, watch } = scene();
    const run = watch(async () => idle);
    await forward(20_500);
    expect(record.mock.calls.length).toBeLessThanOrEqual(5);
    expect(record.mock.calls.length).toBeGreaterThanOrEqual(4);
    const before = record.mock.calls.length;
    telemetry.unwatch(run);
    telemetry.unwatch(run);
    expect(record.mock.calls.length).toBe(before + 1);
    const steps = record.mock.calls.flatMap(([, batch]) =>
      batch.filter(({ key }) => key === 'system/memory_bytes').map(({ step }) => step),
    );
    expect(steps).toEqual(Array.from({ length: 21 }, (_, step) => step));
  });

  it('is tried again with what could not be written, said once, and loses nothing', async () => {
    const { log, record, energy, state, telemetry, watch, series, used } = scene();
    state.host = { ...state.host, gpus: [gpu(0)] };
    const write = record.getMockImplementation()!;
    record.mockImplementation(() => {
      throw new Error('the disk is full');
    });
    const run = watch(async () => idle, [granted(0)]);
    await forward(20_000);
    expect(log.errors).toHaveLength(1);
    expect(energy).not.toHaveBeenCalled();
    record.mockImplementation(write);
    await forward(16_000);
    telemetry.unwatch(run);
    expect(series(run, 'system/memory_bytes').map(([step]) => step)).toEqual(
      Array.from({ length: 37 }, (_, step) => step),
    );
    expect(used()).toMatchObject({ sampledMs: 36_000, wattHours: expect.closeTo(1, 9) });
  });

  it('gives up the oldest points of a disk that stays full, not the memory', async () => {
    const { record, telemetry, watch, series } = scene();
    const write = record.getMockImplementation()!;
    record.mockImplementation(() => {
      throw new Error('the disk is full');
    });
    const run = watch(async () => idle);
    await forward(8_000_000);
    record.mockImplementation(write);
    telemetry.unwatch(run);
    const steps = series(run, 'system/memory_bytes').map(([step]) => step!);
    expect(record.mock.calls.at(-1)![1].length).toBe(15_000);
    expect(steps.at(-1)).toBe(8000);
    expect(steps[0]).toBeGreaterThan(2000);
  });
});

describe('a run whose target is slow to tell its usage', () => {
  it('holds up no other run, and is not asked a second time meanwhile', async () => {
    const { telemetry, watch, series } = scene();
    let asked = 0;
    let answer: ((usage: JobUsage) => void) | undefined;
    const slow = watch(() => {
      asked += 1;
      return new Promise((resolve) => {
        answer = resolve;
      });
    });
    const other = watch(async () => idle);
    await forward(4200);
    expect(asked).toBe(1);
    answer!(idle);
    await forward(800);
    expect(asked).toBe(2);
    telemetry.close();
    expect(series(other, 'system/memory_bytes').map(([step]) => step)).toEqual([1, 2, 3, 4, 5]);
    expect(series(slow, 'system/memory_bytes')).toEqual([[4, 500]]);
    expect(series(slow, 'system/host_cpu_percent')).toHaveLength(6);
  });

  it('writes nothing after it has ended', async () => {
    const { record, telemetry, watch } = scene();
    let answer: ((usage: JobUsage) => void) | undefined;
    const run = watch(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    await forward(1000);
    telemetry.unwatch(run);
    const before = record.mock.calls.length;
    answer!(idle);
    await forward(60_000);
    expect(record.mock.calls.length).toBe(before);
  });

  it('is not blamed for a usage that fails because it has ended', async () => {
    const { log, telemetry, watch } = scene();
    let fail: ((error: Error) => void) | undefined;
    const run = watch(
      () =>
        new Promise((_resolve, reject) => {
          fail = reject;
        }),
    );
    await forward(1000);
    telemetry.unwatch(run);
    fail!(new Error('there is no such container'));
    await forward(1000);
    expect(log.errors).toEqual([]);
  });

  it('is logged once while it fails, and the others go on', async () => {
    const { log, telemetry, watch, series } = scene();
    const state = { works: false };
    const broken = watch(async () => {
      if (!state.works) throw new Error('the engine does not answer');
      return idle;
    });
    const other = watch(async () => idle);
    await forward(3000);
    expect(log.errors).toHaveLength(1);
    state.works = true;
    await forward(1000);
    state.works = false;
    await forward(2000);
    expect(log.errors).toHaveLength(2);
    telemetry.close();
    expect(series(broken, 'system/memory_bytes').map(([step]) => step)).toEqual([4]);
    expect(series(other, 'system/memory_bytes')).toHaveLength(6);
  });
});

describe('the machine', () => {
  it('is read once for all runs, and not at all while none is watched', async () => {
    const { state, telemetry, watch } = scene();
    await forward(5000);
    expect(state.hostReadings).toBe(0);
    const runs = [watch(async () => idle), watch(async () => idle), watch(async () => idle)];
    await forward(3000);
    expect(state.hostReadings).toBe(4);
    for (const run of runs) telemetry.unwatch(run);
    await forward(5000);
    expect(state.hostReadings).toBe(4);
    expect(vi.getTimerCount()).toBe(0);
    watch(async () => idle);
    await forward(1000);
    expect(state.hostReadings).toBe(6);
    telemetry.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('keeps no run from its samples while it cannot be read', async () => {
    const { log, state, telemetry, watch, series } = scene();
    state.readHost = async () => {
      throw new Error('no /proc');
    };
    const run = watch(async () => idle);
    await forward(2000);
    telemetry.unwatch(run);
    expect(series(run, 'system/memory_bytes')).toHaveLength(3);
    expect(log.errors).toHaveLength(1);
  });

  it('is not asked a second time while it is slow', async () => {
    const { state, telemetry, watch } = scene();
    state.readHost = () => new Promise(() => {});
    watch(async () => idle);
    await forward(5000);
    expect(state.hostReadings).toBe(1);
    telemetry.close();
  });
});

describe('the energy of a run', () => {
  it('is the power of its GPUs over time, by trapezoids', async () => {
    const { state, telemetry, watch, used } = scene();
    const watts = [0, 100, 200, 300];
    state.readHost = async () => ({
      at: Date.now(),
      ...state.host,
      gpus: [gpu(0, { powerWatts: watts.shift()! }), gpu(1, { powerWatts: 1e6 })],
    });
    const run = watch(async () => idle, [granted(0)]);
    await forward(3000);
    telemetry.unwatch(run);
    expect(used()).toEqual({
      wattHours: expect.closeTo((50 + 150 + 250) / 3600, 12),
      sampledMs: 3000,
      sources: ['gpu'],
    });
  });

  it('has the processors’ power by the run’s share of the machine’s use', async () => {
    const { state, telemetry, watch, used } = scene();
    // Two of four cores are busy; the run keeps one of them.
    state.host = { ...state.host, cpuPercent: 50, cpuPowerWatts: 80 };
    let seconds = 0;
    const run = watch(async () => ({ ...idle, cpuMs: 1000 * seconds++ }));
    await forward(11_000);
    telemetry.unwatch(run);
    const { wattHours, sampledMs, sources } = used();
    expect(sources).toEqual(['cpu']);
    // Its use is known a sample or two after it began.
    expect(sampledMs).toBeGreaterThanOrEqual(9000);
    expect(wattHours).toBeCloseTo((40 * sampledMs) / 3_600_000, 12);
  });

  it('never has more than all of the processors’ power', async () => {
    const { state, telemetry, watch, used } = scene();
    state.host = { ...state.host, cpuPercent: 1, cpuPowerWatts: 80 };
    let seconds = 0;
    const run = watch(async () => ({ ...idle, cpuMs: 4000 * seconds++ }));
    await forward(6000);
    telemetry.unwatch(run);
    const { wattHours, sampledMs } = used();
    expect(wattHours).toBeCloseTo((80 * sampledMs) / 3_600_000, 12);
  });

  it('says what is in it when both can be measured', async () => {
    const { state, telemetry, watch, used } = scene();
    state.host = { ...state.host, cpuPercent: 100, cpuPowerWatts: 80, gpus: [gpu(0)] };
    let seconds = 0;
    const run = watch(async () => ({ ...idle, cpuMs: 4000 * seconds++ }), [granted(0)]);
    await forward(6000);
    telemetry.unwatch(run);
    expect(used()).toMatchObject({ sampledMs: 6000, sources: ['gpu', 'cpu'] });
  });

  it('is divided between runs that share a GPU', async () => {
    const { state, telemetry, watch, energy } = scene();
    state.host = { ...state.host, gpus: [gpu(0, { powerWatts: 360 })] };
    const one = watch(async () => idle, [granted(0)]);
    const other = watch(async () => idle, [granted(0)]);
    await forward(1000);
    energy.mockClear();
    await forward(10_000);
    telemetry.close();
    for (const run of [one, other]) {
      const calls = energy.mock.calls.filter(([id]) => id === run);
      const wattHours = calls.reduce((all, call) => all + call[1], 0);
      const sampledMs = calls.reduce((all, call) => all + call[2], 0);
      expect(wattHours).toBeCloseTo((180 * sampledMs) / 3_600_000, 1);
    }
  });

  it('is not told at all where nothing can be measured', async () => {
    const { state, telemetry, watch, energy } = scene();
    state.host = { ...state.host, gpus: [gpu(0, { powerWatts: null })] };
    const run = watch(async () => idle, [granted(0)]);
    await forward(10_000);
    telemetry.unwatch(run);
    expect(energy).not.toHaveBeenCalled();
  });

  it('leaves out the time in which the machine slept', async () => {
    const { state, telemetry, watch, used } = scene();
    state.host = { ...state.host, gpus: [gpu(0)] };
    const run = watch(async () => idle, [granted(0)]);
    await forward(4000);
    vi.setSystemTime(Date.now() + 3_600_000);
    await forward(4000);
    telemetry.unwatch(run);
    expect(used().sampledMs).toBe(7000);
  });
});
