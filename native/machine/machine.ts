import fs from 'node:fs';
import os from 'node:os';
import type { Machine } from '../../app/kernel/ports/machine.ts';
import type { GpuReading } from '../../app/kernel/ports/telemetry.ts';
import { onnxRuntimeVersion } from './onnx-runtime-version.ts';
import type { MachineTelemetry } from './telemetry.ts';

const GIB = 1024 ** 3;

/** This computer, as its operating system and its GPUs' tools tell of it. */
export function createMachine(telemetry: MachineTelemetry): Machine {
  return {
    async load(diskPath) {
      const [host, disk] = await Promise.all([telemetry.host(), fs.promises.statfs(diskPath)]);
      return {
        at: host.at,
        cpuPercent: host.cpuPercent,
        memoryUsedBytes: host.memoryUsedBytes,
        memoryTotalBytes: host.memoryTotalBytes,
        diskFreeBytes: disk.bavail * disk.bsize,
        gpus: host.gpus.map(({ vendor: _vendor, driver: _driver, processes: _processes, ...gpu }) => gpu),
      };
    },
    async describe() {
      // GPUs that fail are the doctor's to tell of; a run that uses none is not kept from starting.
      const [gpus, cuda] = await Promise.all([telemetry.gpus().catch(() => []), telemetry.cudaVersion()]);
      return {
        os: `${os.type()} ${os.release()} ${os.arch()}`,
        cpu: `${os.cpus()[0]?.model.trim() ?? 'unknown'}, ${os.availableParallelism()} cores`,
        memory: `${Math.round(os.totalmem() / GIB)} GiB`,
        ...describeGpus(gpus),
        // The driver's; a program's own CUDA may be older.
        ...(gpus.some(({ vendor }) => vendor === 'nvidia') && cuda !== null && { 'gpu.cuda': cuda }),
        node: process.version,
        onnxruntime: onnxRuntimeVersion,
      };
    },
  };
}

/** `gpu.0`, `gpu.0.memory` …, and `gpu.driver` with the versions that there are. */
function describeGpus(gpus: readonly GpuReading[]): Record<string, string> {
  const drivers = [...new Set(gpus.flatMap(({ driver }) => driver ?? []))];
  return Object.fromEntries([
    ...gpus.flatMap(({ name, memoryTotalBytes }, index) => [
      [`gpu.${index}`, name],
      ...(memoryTotalBytes === null
        ? []
        : [[`gpu.${index}.memory`, `${Math.round(memoryTotalBytes / GIB)} GiB`]]),
    ]),
    ...(drivers.length === 0 ? [] : [['gpu.driver', drivers.join(', ')]]),
  ]);
}
