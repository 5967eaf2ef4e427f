import type { DoctorCheck } from '../../contract/system.contract.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Machine } from '../../kernel/ports/machine.ts';
import type { Telemetry } from '../../kernel/ports/telemetry.ts';
import { gigabytes, gpuCheck } from './gpu-check.ts';

const LOW_DISK_BYTES = 5e9;

/** What this machine has, and what to do about what is missing. */
export async function examine({
  machine,
  telemetry,
  workspace,
}: {
  readonly machine: Machine;
  readonly telemetry: Telemetry;
  readonly workspace: string;
}): Promise<DoctorCheck[]> {
  const [load, facts, gpus] = await Promise.all([
    machine.load(workspace),
    machine.describe(),
    telemetry.gpus().catch((error: unknown) => {
      if (error instanceof AppError) return error;
      throw error;
    }),
  ]);
  const lowDisk = load.diskFreeBytes < LOW_DISK_BYTES;
  return [
    {
      id: 'engine',
      title: 'Native engine',
      state: 'ok',
      value: `ONNX Runtime ${facts.onnxruntime}, on the processor`,
      nextStep: null,
    },
    { id: 'processor', title: 'Processor', state: 'ok', value: facts.cpu ?? 'unknown', nextStep: null },
    {
      id: 'memory',
      title: 'Memory',
      state: 'ok',
      value: `${gigabytes(load.memoryTotalBytes - load.memoryUsedBytes)} of ${gigabytes(load.memoryTotalBytes)} free`,
      nextStep: null,
    },
    gpuCheck(gpus, facts),
    {
      id: 'disk',
      title: 'Disk',
      state: lowDisk ? 'warning' : 'ok',
      value: `${gigabytes(load.diskFreeBytes)} free`,
      nextStep: lowDisk
        ? 'Free some space on the disk that holds the workspace, or open a workspace on another disk with --workspace.'
        : null,
    },
  ];
}
