import fs from 'node:fs';
import path from 'node:path';
import { fromSystemError } from '../../kernel/app-error.ts';
import type { Core } from '../../kernel/core.ts';
import { inside } from '../../kernel/workspace-folders.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import type { Datasets, Splits } from '../datasets/index.ts';
import { restoreCode } from './code/restore-code.ts';
import type { PrepareContext } from './run-supervisor.ts';
import type { RunRow } from './runs.repository.ts';

/**
 * Put the code and the data of a program's run on the disk. It may be called again after any interruption: what is whole stays as it
 * is, also code that a former attempt changed, as its checkpoint may count on that.
 */
export async function prepareRun(
  core: Pick<Core, 'folders'>,
  parts: {
    readonly objects: ObjectStore;
    readonly datasets: Pick<Datasets, 'versionById' | 'checkout' | 'checkoutPath'>;
    readonly splits: Pick<Splits, 'folder'>;
  },
  run: RunRow,
  { signal, onProgress }: PrepareContext,
): Promise<void> {
  if (!run.recipe?.command) return;
  const folder = core.folders.run(run.id);
  try {
    const code = path.join(folder, 'code');
    if (!fs.existsSync(code)) {
      if (run.code)
        await restoreCode({ objects: parts.objects, digest: run.code.digest, folder: code, signal });
      else await fs.promises.mkdir(code, { mode: 0o700 });
    }
    const inputs = path.join(folder, 'inputs');
    await fs.promises.mkdir(inputs, { recursive: true, mode: 0o700 });
    for (const input of run.inputs) {
      const version = parts.datasets.versionById(input.datasetVersionId);
      const source = await parts.datasets.checkout(version, {
        signal,
        onProgress: (bytes, total) =>
          onProgress({
            fraction: total === 0 ? null : bytes / total,
            message: `putting ${input.datasetName}@${input.version} on the disk`,
            rate: null,
            remainingMs: null,
          }),
      });
      const link = inside(inputs, input.name);
      await fs.promises.rm(link, { force: true });
      await fs.promises.symlink(source, link);
      if (!input.split) continue;
      const splitLink = inside(inputs, `.split.${input.name}`);
      await fs.promises.rm(splitLink, { force: true });
      await fs.promises.symlink(await parts.splits.folder(input.datasetVersionId, input.split), splitLink);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw fromSystemError(error, folder);
  }
}
