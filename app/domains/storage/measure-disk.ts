import fs from 'node:fs';
import type { DiskMap, StoredGroup, StoredThing } from '../../contract/storage.contract.ts';
import type { Core } from '../../kernel/core.ts';
import type { JobContext } from '../../kernel/job-machine.ts';
import type { KeptThing } from '../../kernel/ports/storage-keeper.ts';
import { folderSize } from '../../storage/folder-size.ts';
import { WorkMeter } from '../../storage/work-meter.ts';
import { allThings, rootsOf } from './all-things.ts';
import type { StorageParts } from './storage.service.ts';

const MOST_THINGS = 5000;

/** Measure every thing, every group of things and everything else in the workspace's folder. */
export async function measureDisk(
  core: Core,
  { store, keepers, derived }: StorageParts,
  { signal, progress }: Pick<JobContext, 'signal' | 'progress'>,
): Promise<DiskMap> {
  progress({ message: 'Looking for what is kept' });
  const kept = await allThings(keepers);
  const meter = new WorkMeter(core.clock, progress);
  const options = { signal, onProgress: meter.store };
  const usage = await store.usage(kept, options);
  const folderBytes: number[] = [];
  for (const [index, { folder }] of kept.entries()) {
    signal.throwIfAborted();
    if (index % 100 === 0) progress({ message: `Measuring folders: ${index} of ${kept.length}` });
    folderBytes.push(folder === null ? 0 : await folderSize(folder));
  }
  const things: StoredThing[] = kept.map((thing, index) => ({
    kind: thing.kind,
    id: thing.id,
    name: thing.name,
    groupId: thing.group.id,
    createdAt: thing.createdAt,
    deletedAt: thing.deletedAt,
    ...usage.things[index]!,
    folderBytes: folderBytes[index]!,
  }));

  const members = Map.groupBy(kept.entries(), ([, { kind, group }]) => `${kind} ${group.id}`);
  const ofGroups = [...members.values()];
  const groupUsage = await store.usage(
    ofGroups.map((group) => rootsOf(group.map(([, thing]) => thing))),
    options,
  );
  const groups: StoredGroup[] = ofGroups.map((group, index) => ({
    kind: group[0]![1].kind,
    ...group[0]![1].group,
    things: group.length,
    ...groupUsage.things[index]!,
    folderBytes: group.reduce((sum, [at]) => sum + folderBytes[at]!, 0),
  }));

  return {
    measuredAt: core.clock.now(),
    disk: await diskOf(core.folders.root),
    workspaceBytes: await folderSize(core.folders.root),
    groups: groups.sort(costliest),
    things: things.toSorted(costliest).slice(0, MOST_THINGS),
    thingsLeftOut: Math.max(0, things.length - MOST_THINGS),
    derived: await Promise.all(derived.map(async (each) => ({ kind: each.kind, bytes: await each.bytes() }))),
    store: {
      storedBytes: usage.storedBytes,
      unreferencedBytes: usage.unreferencedBytes,
      deletedBytes: await deletedBytes(kept, usage.unreferencedBytes),
    },
    databaseBytes: databaseBytes(core.folders.database),
    logBytes: await folderSize(core.folders.logs),
  };

  /** What would be needed by nothing if everything that is deleted were purged. */
  async function deletedBytes(all: readonly KeptThing[], unreferencedBytes: number): Promise<number> {
    const alive = all.filter((thing) => thing.deletedAt === null);
    if (alive.length === all.length) return 0;
    const without = await store.usage([rootsOf(alive)], { signal });
    return without.unreferencedBytes - unreferencedBytes;
  }
}

const freed = (cost: { readonly exclusiveBytes: number; readonly folderBytes: number }) =>
  cost.exclusiveBytes + cost.folderBytes;
const costliest = (a: Parameters<typeof freed>[0], b: Parameters<typeof freed>[0]) => freed(b) - freed(a);

async function diskOf(folder: string): Promise<DiskMap['disk']> {
  const { bavail, blocks, bsize } = await fs.promises.statfs(folder);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}

/** The database with what its last writes left beside it. */
function databaseBytes(database: string): number {
  return ['', '-wal', '-shm']
    .map((ending) => fs.statSync(`${database}${ending}`, { throwIfNoEntry: false })?.size ?? 0)
    .reduce((sum, size) => sum + size, 0);
}
