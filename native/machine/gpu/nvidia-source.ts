import type { GpuReading } from '../../../app/kernel/ports/telemetry.ts';
import type { GpuSource } from './gpu-source.ts';
import { createNvidiaProcesses } from './nvidia-processes.ts';
import { createNvidiaStream } from './nvidia-stream.ts';
import { type NvidiaTiming, nvidiaTiming } from './nvidia-timing.ts';

/**
 * NVIDIA's GPUs as `nvidia-smi` tells of them. One process of it prints all GPUs once a second for as long as somebody asks;
 * starting one for each reading costs many times as much.
 *
 * @param tool where it lies; null where the machine lacks it. Asked again with each reading until it is there.
 */
export function createNvidiaSource(
  tool: () => string | null,
  timing: NvidiaTiming = nvidiaTiming,
): GpuSource {
  let parts: {
    stream: ReturnType<typeof createNvidiaStream>;
    processes: ReturnType<typeof createNvidiaProcesses>;
  } | null = null;
  let closed = false;

  function found() {
    if (closed) return null;
    if (parts) return parts;
    const path = tool();
    if (path !== null)
      parts = { stream: createNvidiaStream(path, timing), processes: createNvidiaProcesses(path, timing) };
    return parts;
  }

  return {
    async read(): Promise<readonly GpuReading[]> {
      const running = found();
      if (!running) return [];
      const [gpus, processes] = await Promise.all([running.stream.read(), running.processes.read()]);
      return gpus
        .map((gpu) => ({
          ...gpu,
          processes: processes
            .filter(({ gpuId }) => gpuId === gpu.id)
            .map(({ pid, memoryBytes }) => ({ pid, memoryBytes })),
        }))
        .sort((one, other) => one.index - other.index);
    },
    hasAnswered: () => parts?.stream.hasAnswered() ?? false,
    close() {
      closed = true;
      parts?.stream.close();
      parts?.processes.close();
    },
  };
}
