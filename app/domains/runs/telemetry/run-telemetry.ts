import os from 'node:os';
import type { RunId } from '../../../contract/ids.ts';
import type { GrantedGpu, JobUsage } from '../../../executors/executor.ts';
import type { Clock } from '../../../kernel/clock.ts';
import type { Logger } from '../../../kernel/logger.ts';
import type { HostReading, Telemetry } from '../../../kernel/ports/telemetry.ts';
import type { RecordedPoint } from '../../../storage/metric-store.ts';
import { createEnergyMeter, type EnergySource } from './energy-meter.ts';
import { hostValues } from './host-values.ts';
import { runPower } from './run-power.ts';
import { createTelemetryBatch } from './telemetry-batch.ts';
import { type UsageSample, usageValues } from './usage-rates.ts';

/** Samples that are written together, so that a run costs one short transaction every few seconds. */
const SAMPLES_PER_WRITE = 5;
/** What a run used this many samples ago says nothing about now. */
const SAMPLES_UNTIL_STALE = 4;
/** Across a longer gap no energy is made up. */
const SAMPLES_UNTIL_GAP = 10;

/** A run, as far as its telemetry needs to know it. */
export interface TelemetryRun {
  readonly id: RunId;
  readonly startedAt: number;
  /** May be slow or fail; the next sample of this run waits for it, those of other runs do not. */
  readonly usage: () => Promise<JobUsage | null>;
  readonly gpus: readonly GrantedGpu[];
  /** Whether it runs on this machine, so that the machine's own readings say something about it. */
  readonly local: boolean;
}

export interface RunTelemetry {
  /** Sample a run from now on; one that is watched already is taken up anew. */
  watch(run: TelemetryRun): void;
  /** Write what was sampled and stop; more than once is the same as once. */
  unwatch(id: RunId): void;
  close(): void;
}

export interface RunTelemetryParts {
  readonly telemetry: Pick<Telemetry, 'host'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly intervalMs?: number;
  /** Of this machine; the machine's own load is in percent of all of them. */
  readonly cores?: number;
  /** Keep points; what throws is tried again with the next ones. */
  readonly record: (run: RunId, points: readonly RecordedPoint[]) => void;
  /**
   * Add to what the run has used: watt-hours and the milliseconds over which they were measured since the last call. `sources`
   * says what is in them; what cannot be measured is left out.
   */
  readonly energy: (
    run: RunId,
    wattHours: number,
    sampledMs: number,
    sources: readonly EnergySource[],
  ) => void;
}

interface Watched {
  readonly run: TelemetryRun;
  readonly batch: ReturnType<typeof createTelemetryBatch>;
  readonly meter: ReturnType<typeof createEnergyMeter>;
  last: UsageSample | null;
  /** The run's processor use and when it was known. */
  cpu: { readonly percent: number | null; readonly atMs: number };
  asking: boolean;
  samples: number;
}

/** Samples all watched runs and the machine once a second while there are any; README.md lists the metrics. */
export function createRunTelemetry(parts: RunTelemetryParts): RunTelemetry {
  const { telemetry, clock, log, intervalMs = 1000, cores = os.cpus().length } = parts;
  const watched = new Map<RunId, Watched>();
  /** What fails at the moment: said once, and again only after it worked meanwhile. */
  const failing = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let askingHost = false;

  function sample() {
    void sampleHost();
    for (const entry of watched.values()) {
      void sampleUsage(entry);
      entry.samples += 1;
      if (entry.samples % SAMPLES_PER_WRITE === 0) write(entry);
    }
  }

  async function sampleUsage(entry: Watched): Promise<void> {
    if (entry.asking) return;
    entry.asking = true;
    try {
      const usage = await entry.run.usage();
      worked(`usage of ${entry.run.id}`);
      const now = usage && { atMs: clock.now(), usage };
      if (now) {
        const values = usageValues(entry.last, now);
        entry.batch.add(values, now.atMs);
        entry.cpu = { percent: values['system/cpu_percent'] ?? null, atMs: now.atMs };
      }
      entry.last = now;
    } catch (error) {
      // What is asked of a run while it ends may well fail.
      if (watched.get(entry.run.id) === entry) failed(`usage of ${entry.run.id}`, error);
    } finally {
      entry.asking = false;
    }
  }

  async function sampleHost(): Promise<void> {
    if (askingHost) return;
    askingHost = true;
    try {
      const host = await telemetry.host();
      worked('host');
      for (const entry of watched.values()) if (entry.run.local) addHost(entry, host);
    } catch (error) {
      failed('host', error);
    } finally {
      askingHost = false;
    }
  }

  function addHost(entry: Watched, host: HostReading) {
    const now = clock.now();
    entry.batch.add(hostValues(host, entry.run.gpus), now);
    const isStale = now - entry.cpu.atMs > SAMPLES_UNTIL_STALE * intervalMs;
    const cpuPercent = isStale ? null : entry.cpu.percent;
    entry.meter.add(runPower(host, { gpus: entry.run.gpus, cpuPercent }, cores, holders));
  }

  const holders = ({ id }: GrantedGpu) =>
    [...watched.values()].filter(({ run }) => run.gpus.some((gpu) => gpu.id === id)).length;

  function write({ run, batch, meter }: Watched) {
    try {
      batch.flush((points) => parts.record(run.id, points));
      const used = meter.sum();
      if (used) {
        parts.energy(run.id, used.wattHours, used.sampledMs, used.sources);
        meter.taken();
      }
      worked(`writing of ${run.id}`);
    } catch (error) {
      failed(`writing of ${run.id}`, error);
    }
  }

  function failed(what: string, error: unknown) {
    if (failing.has(what)) return;
    failing.add(what);
    log.error('telemetry failed', error, { what });
  }

  const worked = (what: string) => void failing.delete(what);

  function unwatch(id: RunId) {
    const entry = watched.get(id);
    if (!entry) return;
    write(entry);
    watched.delete(id);
    worked(`usage of ${id}`);
    worked(`writing of ${id}`);
    if (watched.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  }

  return {
    watch(run) {
      unwatch(run.id);
      watched.set(run.id, {
        run,
        batch: createTelemetryBatch(run.startedAt),
        meter: createEnergyMeter(SAMPLES_UNTIL_GAP * intervalMs),
        last: null,
        cpu: { percent: null, atMs: clock.now() },
        asking: false,
        samples: 0,
      });
      if (timer) return;
      timer = setInterval(sample, intervalMs);
      timer.unref();
      // The counters' first values, so that the first second has rates.
      sample();
    },
    unwatch,
    close() {
      for (const id of [...watched.keys()]) unwatch(id);
    },
  };
}
