import type { Job } from '../../contract/jobs.contract.ts';
import type { DerivedKind, DiskMap } from '../../contract/storage.contract.ts';
import type { Core } from '../../kernel/core.ts';
import type { DataStore } from '../../kernel/ports/data-store.ts';
import type { StorageKeeper } from '../../kernel/ports/storage-keeper.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import type { StoreGate } from '../../storage/store-gate.ts';
import { checkStore } from './check-store.ts';
import { collectGarbage } from './collect-garbage.ts';
import { measureDisk } from './measure-disk.ts';

/** Files that are made again at need. */
export interface DerivedFiles {
  readonly kind: DerivedKind;
  bytes(): Promise<number>;
  /** Remove those that nobody uses at the moment. */
  clear(): Promise<void>;
}

export interface StorageParts {
  readonly store: DataStore;
  readonly objects: Pick<ObjectStore, 'recent'>;
  readonly gate: StoreGate;
  readonly keepers: readonly StorageKeeper[];
  readonly derived: readonly DerivedFiles[];
  /** Files of this machine that may be good copies of contents, for repairs. */
  readonly copies: Parameters<DataStore['repair']>[1];
}

export interface Storage {
  map(
    fresh: boolean,
  ): { state: 'ready'; map: DiskMap } | { state: 'working'; job: Job; last: DiskMap | null };
  collect(request: { readonly graceMs: number; readonly dryRun: boolean }): Job;
  check(repair: boolean): Job;
  clear(kinds: readonly DerivedKind[]): Promise<number>;
}

export function createStorage(core: Core, parts: StorageParts): Storage {
  const { jobs, events } = core;
  let measured: { readonly map: DiskMap; readonly changes: number } | null = null;
  let measuring: Job | null = null;

  /** Events so far after which something may have come or gone. That a job began or ended is none: measuring is a job itself. */
  let changes = 0;
  events.subscribe(({ subject }) => {
    if (subject.kind !== 'job') changes += 1;
  });

  function measure(): Job {
    const before = changes;
    const job = jobs.start({ kind: 'storage.measure', title: 'Measure the disk' }, async (context) => {
      try {
        const map = await measureDisk(core, parts, context);
        measured = { map, changes: before };
        return map;
      } finally {
        measuring = null;
      }
    });
    measuring = job;
    return job;
  }

  return {
    map(fresh) {
      if (!fresh && measured && measured.changes === changes) return { state: 'ready', map: measured.map };
      const job = measuring ?? measure();
      return { state: 'working', job, last: measured?.map ?? null };
    },
    collect(request) {
      const title = request.dryRun ? 'Look for garbage' : 'Collect garbage';
      return jobs.start({ kind: 'storage.collect', title }, (context) =>
        parts.gate.collect(() => collectGarbage(core, parts, request, context)),
      );
    },
    check(repair) {
      const title = repair ? 'Check and repair the store' : 'Check the store';
      return jobs.start({ kind: 'storage.check', title }, (context) =>
        checkStore(core, parts, repair, context),
      );
    },
    async clear(kinds) {
      let freedBytes = 0;
      for (const derived of parts.derived) {
        if (!kinds.includes(derived.kind)) continue;
        const before = await derived.bytes();
        await derived.clear();
        freedBytes += Math.max(0, before - (await derived.bytes()));
      }
      if (freedBytes > 0) {
        core.database.transaction(() =>
          events.append(
            'storage.cleared',
            { kind: 'workspace', id: core.folders.root },
            { kinds, freedBytes },
          ),
        );
      }
      return freedBytes;
    },
  };
}
