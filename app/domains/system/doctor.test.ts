import { describe, expect, it } from 'vitest';
import { AppError } from '../../kernel/app-error.ts';
import type { Machine } from '../../kernel/ports/machine.ts';
import type { GpuReading, Telemetry } from '../../kernel/ports/telemetry.ts';
import { examine } from './doctor.ts';

const gpu: GpuReading = {
  id: 'GPU-1',
  index: 0,
  vendor: 'nvidia',
  name: 'NVIDIA RTX A6000',
  driver: '550.54.14',
  utilisationPercent: 0,
  memoryUsedBytes: 0,
  memoryTotalBytes: 51.5e9,
  powerWatts: 20,
  temperatureCelsius: 30,
  processes: [],
};

function examined(
  gpus: readonly GpuReading[] | Error,
  facts: Record<string, string> = {},
  diskFreeBytes = 100e9,
) {
  const machine: Machine = {
    load: async () => ({
      at: 1,
      cpuPercent: null,
      memoryUsedBytes: 4e9,
      memoryTotalBytes: 16e9,
      diskFreeBytes,
      gpus: [],
    }),
    describe: async () => ({ cpu: 'a processor', onnxruntime: '1', ...facts }),
  };
  const telemetry: Telemetry = {
    host: () => Promise.reject(new Error('not asked')),
    gpus: async () => {
      if (gpus instanceof Error) throw gpus;
      return gpus;
    },
    close() {},
  };
  return examine({ machine, telemetry, workspace: '/' });
}

const check = async (id: string, checks: ReturnType<typeof examined>) =>
  (await checks).find((one) => one.id === id);

describe('the doctor', () => {
  it('counts the GPUs and names each with its memory, the driver and its CUDA', async () => {
    const gpus = [gpu, { ...gpu, index: 1, id: 'GPU-2', name: 'NVIDIA H200', memoryTotalBytes: 150.8e9 }];
    expect(await check('gpu', examined(gpus, { 'gpu.cuda': '12.4' }))).toEqual({
      id: 'gpu',
      title: 'GPU',
      state: 'ok',
      value:
        '2 for programs that ask for one · 0: NVIDIA RTX A6000, 51.5 GB · 1: NVIDIA H200, 150.8 GB · driver 550.54.14, CUDA up to 12.4',
      nextStep: null,
    });
  });

  it('says what is known of a GPU whose driver tells little', async () => {
    const poor = { ...gpu, driver: null, memoryTotalBytes: null };
    expect(await check('gpu', examined([poor]))).toMatchObject({
      value: '1 for programs that ask for one · 0: NVIDIA RTX A6000',
    });
  });

  it('warns of a driver that is there and fails, with its words and the cure', async () => {
    const fault = new AppError('TARGET_FAILED', 'nvidia-smi cannot read the GPUs: version mismatch', {
      nextStep: 'Restart the machine.',
    });
    expect(await check('gpu', examined(fault))).toEqual({
      id: 'gpu',
      title: 'GPU',
      state: 'warning',
      value: 'nvidia-smi cannot read the GPUs: version mismatch',
      nextStep: 'Restart the machine.',
    });
  });

  it('misses no GPU on a machine without one', async () => {
    expect(await check('gpu', examined([]))).toMatchObject({ state: 'ok', value: 'none; none is needed' });
  });

  it('does not take a bug for a driver that fails', async () => {
    await expect(examined(new TypeError('a bug'))).rejects.toThrow(TypeError);
  });

  it('warns of a disk that is nearly full', async () => {
    expect(await check('disk', examined([], {}, 1e9))).toMatchObject({
      state: 'warning',
      value: '1.0 GB free',
    });
  });
});
