import fs from 'node:fs';
import type { Collection } from '../../contract/storage.contract.ts';
import type { Core } from '../../kernel/core.ts';
import type { JobContext } from '../../kernel/job-machine.ts';
import { folderSize } from '../../storage/folder-size.ts';
import { WorkMeter } from '../../storage/work-meter.ts';
import { allThings, rootsOf } from './all-things.ts';
import type { StorageParts } from './storage.service.ts';

/**
 * Purge what was deleted longer ago than the grace, then remove contents that nothing needs. It may stop anywhere: what was purged has
 * lost its name for good, and the next collection removes the rest.
 */
export async function collectGarbage(
  core: Core,
  { store, objects, keepers }: StorageParts,
  { graceMs, dryRun }: { readonly graceMs: number; readonly dryRun: boolean },
  { signal, progress }: Pick<JobContext, 'signal' | 'progress'>,
): Promise<Collection> {
  progress({ message: 'Looking for what was deleted' });
  const deletedBefore = core.clock.now() - graceMs;
  const purged = (await Promise.all(keepers.map((keeper) => keeper.purge(deletedBefore, dryRun)))).flat();
  let folderBytes = 0;
  for (const { folder } of purged) {
    signal.throwIfAborted();
    if (folder === null) continue;
    folderBytes += await folderSize(folder);
    if (!dryRun) await fs.promises.rm(folder, { recursive: true, force: true });
  }
  const gone = new Set(purged.map(({ kind, id }) => `${kind} ${id}`));
  const kept = (await allThings(keepers)).filter(({ kind, id }) => !gone.has(`${kind} ${id}`));
  const roots = rootsOf(kept);
  const meter = new WorkMeter(core.clock, progress);
  const collected = await store.collect(
    // An artifact that a run has just handed in is named by the next transaction.
    { roots: { ...roots, contents: [...roots.contents, ...objects.recent()] }, graceMs, dryRun },
    { signal, onProgress: meter.store },
  );
  const freedBytes = collected.freedBytes + folderBytes;
  if (!dryRun && (freedBytes > 0 || purged.length > 0)) {
    core.database.transaction(() =>
      core.events.append(
        'storage.collected',
        { kind: 'workspace', id: core.folders.root },
        { freedBytes, purged: purged.length },
      ),
    );
  }
  return {
    dryRun,
    purged: purged.map(({ kind, id, name, deletedAt }) => ({ kind, id, name, deletedAt: deletedAt ?? 0 })),
    freedBytes,
    freedObjects: collected.freedObjects,
    unreferencedBytes: collected.unreferencedBytes,
    nextAt: collected.nextAtMs,
  };
}
