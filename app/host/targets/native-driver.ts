import type { TargetDriver } from '../../domains/targets/index.ts';
import type { Executor } from '../../executors/executor.ts';
import type { Machine } from '../../kernel/ports/machine.ts';

/** Lathe's own engine: always there, and it leaves nothing behind. */
export function nativeDriver(executor: Executor, machine: Machine): TargetDriver {
  return {
    executor,
    local: true,
    async check() {
      const { onnxruntime, cpu } = await machine.describe();
      return [
        {
          id: 'engine',
          title: 'Native engine',
          state: 'ok',
          value: `ONNX Runtime ${onnxruntime} on ${cpu}`,
          nextStep: null,
        },
      ];
    },
    leftovers: async () => [],
    removeLeftovers: async () => ({ removed: [], freedBytes: 0 }),
  };
}
