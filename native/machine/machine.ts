import fs from 'node:fs';
import os from 'node:os';
import si from 'systeminformation';
import type { Machine } from '../../app/kernel/ports/machine.ts';
import { onnxRuntimeVersion } from './onnx-runtime-version.ts';

type Gpu = Awaited<ReturnType<Machine['load']>>['gpus'][number];

const MIB = 1024 * 1024;

/** This computer, as the operating system and `nvidia-smi` tell of it. */
export function createMachine(): Machine {
  /** Machines do not grow GPUs while Lathe runs: where there was none at the first look, none is looked for again. */
  let hasGpu: boolean | undefined;

  async function gpus(): Promise<Gpu[]> {
    if (hasGpu === false) return [];
    const { controllers } = await si.graphics();
    const found = controllers
      .filter(
        ({ vendor, memoryTotal }) => /nvidia|amd|advanced micro/i.test(vendor) && (memoryTotal ?? 0) > 0,
      )
      .map((controller) => ({
        name: controller.name ?? controller.model,
        utilisationPercent: controller.utilizationGpu ?? null,
        memoryUsedBytes: controller.memoryUsed === undefined ? null : controller.memoryUsed * MIB,
        memoryTotalBytes: controller.memoryTotal === undefined ? null : controller.memoryTotal * MIB,
      }));
    hasGpu = found.length > 0;
    return found;
  }

  return {
    async load(diskPath) {
      const [cpu, memory, disk, cards] = await Promise.all([
        si.currentLoad(),
        si.mem(),
        fs.promises.statfs(diskPath),
        gpus(),
      ]);
      return {
        at: Date.now(),
        cpuPercent: cpu.currentLoad,
        memoryUsedBytes: memory.total - memory.available,
        memoryTotalBytes: memory.total,
        diskFreeBytes: disk.bavail * disk.bsize,
        gpus: cards,
      };
    },
    async describe() {
      const cards = await gpus();
      return {
        os: `${os.type()} ${os.release()} ${os.arch()}`,
        cpu: `${os.cpus()[0]?.model.trim() ?? 'unknown'}, ${os.availableParallelism()} cores`,
        memory: `${Math.round(os.totalmem() / MIB / 1024)} GiB`,
        ...Object.fromEntries(cards.map((card, index) => [`gpu.${index}`, card.name])),
        node: process.version,
        onnxruntime: onnxRuntimeVersion,
      };
    },
  };
}
