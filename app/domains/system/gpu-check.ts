import type { DoctorCheck } from '../../contract/system.contract.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { GpuReading } from '../../kernel/ports/telemetry.ts';

/**
 * @param gpus what the GPUs' tools tell, or why they cannot
 * @param facts of the machine; `gpu.cuda` is the driver's CUDA
 */
export function gpuCheck(
  gpus: readonly GpuReading[] | AppError,
  facts: Readonly<Record<string, string>>,
): DoctorCheck {
  const check = { id: 'gpu', title: 'GPU' };
  if (gpus instanceof AppError)
    return { ...check, state: 'warning', value: gpus.message, nextStep: gpus.nextStep };
  if (gpus.length === 0) return { ...check, state: 'ok', value: 'none; none is needed', nextStep: null };
  const cards = gpus.map(({ index, name, memoryTotalBytes }) =>
    [`${index}: ${name}`, ...(memoryTotalBytes === null ? [] : [gigabytes(memoryTotalBytes)])].join(', '),
  );
  const drivers = [...new Set(gpus.flatMap(({ driver }) => driver ?? []))];
  const software = [
    ...drivers.map((driver) => `driver ${driver}`),
    ...(facts['gpu.cuda'] === undefined ? [] : [`CUDA up to ${facts['gpu.cuda']}`]),
  ].join(', ');
  return {
    ...check,
    state: 'ok',
    value: `${[`${gpus.length} for programs that ask for one`, ...cards, software].filter(Boolean).join(' · ')}`,
    nextStep: null,
  };
}

export const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
