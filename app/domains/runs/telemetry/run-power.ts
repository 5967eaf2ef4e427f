import type { GrantedGpu } from '../../../executors/executor.ts';
import type { HostReading } from '../../../kernel/ports/telemetry.ts';
import type { PowerSample } from './energy-meter.ts';
import { readingOf } from './host-values.ts';

/**
 * What a run draws: its GPUs, shared ones divided equally, and of the processor packages the part that its share of the
 * machine's processor time makes. Memory, disks, fans and losses of the power supply are in neither.
 *
 * @param cpuPercent processor time of the run, 100 for one core; null while it is not known
 * @param holders of a GPU: how many runs it was granted to, this one included
 */
export function runPower(
  host: HostReading,
  run: { readonly gpus: readonly GrantedGpu[]; readonly cpuPercent: number | null },
  cores: number,
  holders: (gpu: GrantedGpu) => number,
): PowerSample {
  const gpus = run.gpus.map((gpu) => {
    const watts = readingOf(gpu, host)?.powerWatts;
    return typeof watts === 'number' ? watts / Math.max(1, holders(gpu)) : null;
  });
  return {
    atMs: host.at,
    watts: {
      // One of two cards would pass for both.
      gpu: gpus.length === 0 || gpus.includes(null) ? null : gpus.reduce<number>((all, one) => all + one!, 0),
      cpu: cpuWatts(host, run.cpuPercent, cores),
    },
  };
}

function cpuWatts({ cpuPercent, cpuPowerWatts }: HostReading, runPercent: number | null, cores: number) {
  if (cpuPercent === null || cpuPowerWatts === null || runPercent === null) return null;
  const busyPercent = cpuPercent * cores;
  return busyPercent <= 0 ? 0 : cpuPowerWatts * Math.min(1, runPercent / busyPercent);
}
