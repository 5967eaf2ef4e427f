import type { DoctorCheck } from '../../contract/system.contract.ts';
import type { Machine } from '../../kernel/ports/machine.ts';

const GIB = 1024 ** 3;
const LOW_DISK_BYTES = 5 * GIB;

/** What this machine has, and what to do about what is missing. */
export async function examine(machine: Machine, workspace: string): Promise<DoctorCheck[]> {
  const [load, facts] = await Promise.all([machine.load(workspace), machine.describe()]);
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
      value: `${gib(load.memoryTotalBytes - load.memoryUsedBytes)} of ${gib(load.memoryTotalBytes)} free`,
      nextStep: null,
    },
    load.gpus.length > 0
      ? {
          id: 'gpu',
          title: 'GPU',
          state: 'ok',
          value: load.gpus
            .map(
              ({ name, memoryTotalBytes }) =>
                `${name}${memoryTotalBytes ? `, ${gib(memoryTotalBytes)}` : ''}`,
            )
            .join(' · '),
          nextStep: null,
        }
      : {
          id: 'gpu',
          title: 'GPU',
          state: 'missing',
          value: 'none found',
          nextStep:
            'Training and serving use the processor. If this machine has an NVIDIA GPU, install its driver so that nvidia-smi works.',
        },
    {
      id: 'disk',
      title: 'Disk',
      state: lowDisk ? 'warning' : 'ok',
      value: `${gib(load.diskFreeBytes)} free`,
      nextStep: lowDisk
        ? 'Free some space on the disk that holds the workspace, or open a workspace on another disk with --workspace.'
        : null,
    },
  ];
}

const gib = (bytes: number) => `${(bytes / GIB).toFixed(1)} GiB`;
