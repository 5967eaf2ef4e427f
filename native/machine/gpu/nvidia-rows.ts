import type { GpuReading } from '../../../app/kernel/ports/telemetry.ts';

const MIB = 1024 * 1024;

/** Fields of `--query-gpu`, oldest drivers' names; the name of the GPU is last because it is free text. */
export const gpuFields =
  'index,uuid,pci.bus_id,driver_version,utilization.gpu,memory.used,memory.total,power.draw,temperature.gpu,name';

/** A GPU without its processes, which another query tells. */
export type GpuRow = Omit<GpuReading, 'processes'>;

/** What is said of a GPU that does not answer any more; `id` where it is still known. */
export interface LostGpu {
  readonly id: string | null;
  readonly words: string;
}

/**
 * One line of `nvidia-smi --query-gpu=<gpuFields> --format=csv,noheader,nounits`. A field that the GPU does not have reads
 * `[N/A]`, `[Not Supported]`, `[Unknown Error]` or `ERR!` and is null here; with MIG switched on that is the utilisation.
 *
 * @returns null for a line that is no row: the tool's words about a fault, or anything else
 */
export function parseGpuRow(line: string): GpuRow | LostGpu | null {
  const fields = line.split(',').map((field) => field.trim());
  const [index, uuid, address, driver, utilisation, used, total, power, temperature, ...name] = fields;
  if (name.length === 0) return null;
  const id = [uuid, address].find((field) => field !== undefined && /^[\w:.-]{4,}$/.test(field)) ?? null;
  const lost = fields.find((field) => /GPU is lost|requires (a )?reset/i.test(field));
  if (lost !== undefined) return { id, words: lost.replace(/[[\]]/g, '') };
  if (index === undefined || !/^\d+$/.test(index) || id === null) return null;
  const bytes = (text: string | undefined) => {
    const mebibytes = number(text);
    return mebibytes === null ? null : mebibytes * MIB;
  };
  return {
    id,
    index: Number(index),
    vendor: 'nvidia',
    name: name.join(', '),
    driver: driver !== undefined && /^\d[\d.]*$/.test(driver) ? driver : null,
    utilisationPercent: number(utilisation),
    memoryUsedBytes: bytes(used),
    memoryTotalBytes: bytes(total),
    powerWatts: number(power),
    temperatureCelsius: number(temperature),
  };
}

/** Fields of `--query-compute-apps`. */
export const processFields = 'gpu_uuid,pid,used_memory';

export interface GpuProcess {
  readonly gpuId: string;
  readonly pid: number;
  readonly memoryBytes: number;
}

/** All lines of `--query-compute-apps=<processFields>`; a process whose memory is not told is left out. */
export function parseProcesses(text: string): GpuProcess[] {
  return text.split('\n').flatMap((line) => {
    const [gpuId, pid, memory] = line.split(',').map((field) => field.trim());
    const mebibytes = number(memory);
    if (gpuId === undefined || pid === undefined || !/^\d+$/.test(pid) || mebibytes === null) return [];
    return [{ gpuId, pid: Number(pid), memoryBytes: mebibytes * MIB }];
  });
}

const number = (text: string | undefined): number | null =>
  text !== undefined && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : null;
