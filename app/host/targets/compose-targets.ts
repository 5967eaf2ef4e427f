import path from 'node:path';
import type { Datasets } from '../../domains/datasets/index.ts';
import { createTargets, type Targets } from '../../domains/targets/index.ts';
import { createOnnxExecutor } from '../../executors/onnx/onnx.executor.ts';
import { listInterpreters } from '../../executors/process/interpreters.ts';
import { createProcessExecutor } from '../../executors/process/process.executor.ts';
import type { Core } from '../../kernel/core.ts';
import type { Machine } from '../../kernel/ports/machine.ts';
import type { WorkerStarter } from '../../kernel/ports/workers.ts';
import { resourceFolder } from '../version.ts';
import { dockerDriver } from './docker-driver.ts';
import { nativeDriver } from './native-driver.ts';
import { processDriver } from './process-driver.ts';

/** Every kind of target with its driver: the one place where a new kind is added. */
export function composeTargets(
  core: Core,
  parts: {
    readonly workers: WorkerStarter;
    readonly workspaceId: string;
    readonly machine: Machine;
    readonly datasets: Pick<Datasets, 'checkouts'>;
    readonly active: () => Readonly<Record<string, number>>;
  },
): Targets {
  const environments = path.join(core.folders.cache, 'environments');
  const sdk = resourceFolder('sdk/python');
  const interpreters = async (folder?: string) =>
    (await listInterpreters(folder === undefined ? [] : [folder])).map(({ path: file, version, kind }) => ({
      path: file,
      version,
      kind,
    }));
  return createTargets(core, {
    native: () => nativeDriver(createOnnxExecutor(parts.workers), parts.machine),
    process: () =>
      processDriver({
        executor: createProcessExecutor({
          environments,
          sdk,
          launcher: resourceFolder('launcher'),
          log: core.log,
        }),
        environments,
        interpreters,
        checkouts: path.join(core.folders.cache, 'checkouts'),
        removeCheckout: (digest) => parts.datasets.checkouts.remove(digest),
        busy: () => Object.entries(parts.active()).some(([name, count]) => name !== 'native' && count > 0),
      }),
    docker: (engine) => dockerDriver({ engine, workspaceId: parts.workspaceId, sdk, log: core.log }),
    interpreters,
    active: parts.active,
  });
}
