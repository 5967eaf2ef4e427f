import type { DoctorCheck, Resources } from '../../contract/system.contract.ts';
import type { Machine } from '../../kernel/ports/machine.ts';

const LOW_DISK_BYTES = 5e9;

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
      value: `${gigabytes(load.memoryTotalBytes - load.memoryUsedBytes)} of ${gigabytes(load.memoryTotalBytes)} free`,
      nextStep: null,
    },
    {
      id: 'gpu',
      title: 'GPU',
      state: 'ok',
      // Said plainly, so that nobody waits for it: the native engine does not use one.
      value:
        load.gpus.length > 0
          ? `${load.gpus.map(describeGpu).join(' · ')}; not used yet`
          : 'none; none is needed',
      nextStep: null,
    },
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

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;

const describeGpu = ({ name, memoryTotalBytes }: Resources['gpus'][number]) =>
  memoryTotalBytes === null ? name : `${name}, ${gigabytes(memoryTotalBytes)}`;
