import type { GrantedGpu } from '../../../executors/executor.ts';
import type { GpuReading, HostReading } from '../../../kernel/ports/telemetry.ts';
import { known, type Values } from './usage-rates.ts';

/**
 * The machine and a run's own GPUs as metrics. A GPU's numbers are of the whole card, as its vendor's tool shows them, also
 * where several runs share it; a granted GPU that is not there any more gives none.
 */
export function hostValues(host: HostReading, granted: readonly GrantedGpu[]): Values {
  return {
    ...known({
      'system/host_cpu_percent': host.cpuPercent,
      'system/host_memory_bytes': host.memoryUsedBytes,
      'system/host_read_bytes_per_second': host.diskReadBytesPerSecond,
      'system/host_written_bytes_per_second': host.diskWrittenBytesPerSecond,
      'system/host_received_bytes_per_second': host.networkReceivedBytesPerSecond,
      'system/host_sent_bytes_per_second': host.networkSentBytesPerSecond,
    }),
    ...Object.assign({}, ...granted.map((gpu) => gpuValues(gpu.index, readingOf(gpu, host)))),
  };
}

/** The reading of a granted GPU, by its stable name. */
export function readingOf(granted: GrantedGpu, host: HostReading): GpuReading | undefined {
  return host.gpus.find(({ id, vendor }) => id === granted.id && vendor === granted.vendor);
}

const gpuValues = (index: number, gpu: GpuReading | undefined): Values =>
  known({
    [`system/gpu_${index}_percent`]: gpu?.utilisationPercent,
    [`system/gpu_${index}_memory_bytes`]: gpu?.memoryUsedBytes,
    [`system/gpu_${index}_power_watts`]: gpu?.powerWatts,
    [`system/gpu_${index}_temperature_celsius`]: gpu?.temperatureCelsius,
  });
