import { describe, expect, it } from 'vitest';
import { parseCudaVersion } from './cuda-version.ts';
import { parseGpuRow, parseProcesses } from './nvidia-rows.ts';

const MIB = 1024 * 1024;

describe('a line of nvidia-smi', () => {
  it('tells of a GPU with MIG, whose utilisation is not one number', () => {
    const line =
      '0, GPU-5a1c0000-1111-2222-3333-444444444444, 00000000:3B:00.0, 535.161.08, [N/A], 87, 81920, 68.77, 31, NVIDIA A100-SXM4-80GB';
    expect(parseGpuRow(line)).toMatchObject({
      id: 'GPU-5a1c0000-1111-2222-3333-444444444444',
      utilisationPercent: null,
      memoryUsedBytes: 87 * MIB,
      memoryTotalBytes: 81920 * MIB,
      powerWatts: 68.77,
    });
  });

  it('tells of a lost GPU, by name where its name is still known', () => {
    const lost = '[GPU is lost]';
    const rest = Array(6).fill(lost).join(', ');
    expect(parseGpuRow(`1, ${lost}, ${lost}, ${rest}, ${lost}`)).toEqual({ id: null, words: 'GPU is lost' });
    expect(parseGpuRow(`1, GPU-5a1c, 00000000:3B:00.0, ${rest}, NVIDIA A100`)).toEqual({
      id: 'GPU-5a1c',
      words: 'GPU is lost',
    });
    expect(
      parseGpuRow(`1, GPU-5a1c, 00000000:3B:00.0, 535.1, [GPU requires reset], 0, 0, 0, 0, A100`),
    ).toEqual({
      id: 'GPU-5a1c',
      words: 'GPU requires reset',
    });
  });

  it.each([
    '',
    'No devices were found',
    'index, uuid, pci.bus_id, driver_version, utilization.gpu, memory.used, memory.total, power.draw, temperature.gpu, name',
    'Warning: a, b, c, d, e, f, g, h, i, j',
    '0, GPU-1',
    '0, [N/A], [N/A], 535, 1, 1, 1, 1, 1, NVIDIA',
  ])('is no GPU: "%s"', (line) => {
    expect(parseGpuRow(line)).toBeNull();
  });
});

describe('the list of processes', () => {
  it('is what can be read of it', () => {
    const text =
      'GPU-5a1c, 123, 512\nNo running processes found\nGPU-5a1c, 124, [N/A]\n[N/A], x, 1\n\nGPU-77, 125, 3\n';
    expect(parseProcesses(text)).toEqual([
      { gpuId: 'GPU-5a1c', pid: 123, memoryBytes: 512 * MIB },
      { gpuId: 'GPU-77', pid: 125, memoryBytes: 3 * MIB },
    ]);
  });
});

describe('the driver’s CUDA version', () => {
  it.each([
    [
      'Driver Version                            : 550.54.14\nCUDA Version                              : 12.4\n',
      '12.4',
    ],
    ['CUDA UMD Version                          : 13.1\n', '13.1'],
    ['CUDA Version                              : N/A\n', null],
    ['', null],
  ])('is read from the head of the long form', (text, version) => {
    expect(parseCudaVersion(text)).toBe(version);
  });
});
