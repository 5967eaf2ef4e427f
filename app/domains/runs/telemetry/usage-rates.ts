import type { JobUsage } from '../../../executors/executor.ts';

/** What a job had used at one moment. */
export interface UsageSample {
  readonly atMs: number;
  readonly usage: JobUsage;
}

/** Values by metric key, in the units that the keys name. */
export type Values = Readonly<Record<string, number>>;

/**
 * The counters of a job as metrics: what it uses now, and rates since the sample before.
 *
 * A counter that shrank gives no rate: the job was started again, or one of its processes ended and took its count along.
 *
 * @param before null at the first sample, which has no rates
 */
export function usageValues(before: UsageSample | null, { atMs, usage }: UsageSample): Values {
  const rate = (counter: (usage: JobUsage) => number | null): number | undefined => {
    const now = counter(usage);
    const then = before === null ? null : counter(before.usage);
    if (before === null || now === null || then === null || now < then || atMs <= before.atMs)
      return undefined;
    return ((now - then) / (atMs - before.atMs)) * 1000;
  };
  const cpuMsPerSecond = rate(({ cpuMs }) => cpuMs);
  return known({
    // A core that is busy all the time makes a thousand milliseconds a second.
    'system/cpu_percent': cpuMsPerSecond === undefined ? undefined : cpuMsPerSecond / 10,
    'system/memory_bytes': usage.memoryBytes,
    'system/read_bytes_per_second': rate(({ readBytes }) => readBytes),
    'system/written_bytes_per_second': rate(({ writtenBytes }) => writtenBytes),
    'system/received_bytes_per_second': rate(({ receivedBytes }) => receivedBytes),
    'system/sent_bytes_per_second': rate(({ sentBytes }) => sentBytes),
  });
}

/** The entries that have a value. */
export function known(values: Readonly<Record<string, number | null | undefined>>): Values {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
}
