/** What energy was measured from. */
export type EnergySource = 'gpu' | 'cpu';

/** Power of a run at one moment in watts, by source; a source that cannot be measured is null. */
export interface PowerSample {
  readonly atMs: number;
  readonly watts: Readonly<Record<EnergySource, number | null>>;
}

export interface MeasuredEnergy {
  readonly wattHours: number;
  /** Milliseconds over which at least one source was measured. */
  readonly sampledMs: number;
  /** Those that are in `wattHours`. */
  readonly sources: readonly EnergySource[];
}

const MS_PER_HOUR = 3_600_000;

/**
 * Energy from samples of power by the trapezoid rule. A source counts between two samples that both know it; across a gap of more
 * than `longestGapMs` (the machine slept, the clock was set) nothing is made up.
 */
export function createEnergyMeter(longestGapMs: number) {
  let last: PowerSample | null = null;
  let sum: MeasuredEnergy = nothing;

  return {
    add(sample: PowerSample): void {
      const before = last;
      last = sample;
      const durationMs = before === null ? 0 : sample.atMs - before.atMs;
      if (before === null || durationMs <= 0 || durationMs > longestGapMs) return;
      const parts = (['gpu', 'cpu'] as const).flatMap((source) => {
        const [then, now] = [before.watts[source], sample.watts[source]];
        return then === null || now === null ? [] : [{ source, watts: (then + now) / 2 }];
      });
      if (parts.length === 0) return;
      const watts = parts.reduce((all, part) => all + part.watts, 0);
      sum = {
        wattHours: sum.wattHours + (watts * durationMs) / MS_PER_HOUR,
        sampledMs: sum.sampledMs + durationMs,
        sources: [...new Set([...sum.sources, ...parts.map(({ source }) => source)])],
      };
    },
    /** What came together since the last `taken`; null: nothing could be measured. */
    sum: (): MeasuredEnergy | null => (sum.sampledMs > 0 ? sum : null),
    /** It has been kept elsewhere: begin at zero, without a gap. */
    taken(): void {
      sum = nothing;
    },
  };
}

const nothing: MeasuredEnergy = { wattHours: 0, sampledMs: 0, sources: [] };
