import { z } from 'zod';
import { digest } from './ids.ts';
import { job } from './jobs.contract.ts';
import { procedure } from './procedure.ts';
import { epochMs } from './wire.ts';

export const thingKind = z.enum(['dataset', 'run', 'model', 'file']);
export type ThingKind = z.infer<typeof thingKind>;

const cost = {
  /** As its owner counts: the sum of the sizes of its files. */
  sizeBytes: z.number().int(),
  /** In the store, with what others share too. */
  storedBytes: z.number().int(),
  /** In the store and needed by nothing else. */
  exclusiveBytes: z.number().int(),
  /** Its own folder, outside of the store. */
  folderBytes: z.number().int(),
};

/** A data set version, a run or a model version, and what it costs: deleting it frees `exclusiveBytes + folderBytes`. */
export const storedThing = z.object({
  kind: thingKind,
  id: z.string(),
  name: z.string(),
  groupId: z.string(),
  createdAt: epochMs,
  /** Not null: it is deleted, and can be restored until it is collected. */
  deletedAt: epochMs.nullable(),
  ...cost,
});
export type StoredThing = z.infer<typeof storedThing>;

/** A data set, an experiment or a model with all that belongs to it; its cost is that of all its things together. */
export const storedGroup = z.object({
  kind: thingKind,
  id: z.string(),
  name: z.string(),
  things: z.number().int(),
  ...cost,
});
export type StoredGroup = z.infer<typeof storedGroup>;

/** Files that are made again when they are needed; removing them costs only time. */
export const derivedKind = z.enum(['tables', 'checkouts', 'sources', 'other']);
export type DerivedKind = z.infer<typeof derivedKind>;

export const diskMap = z.object({
  measuredAt: epochMs,
  disk: z.object({ freeBytes: z.number().int(), totalBytes: z.number().int() }),
  /** Everything in the workspace's folder. */
  workspaceBytes: z.number().int(),
  groups: z.array(storedGroup),
  /** Those that cost most first; at most 5,000. */
  things: z.array(storedThing),
  thingsLeftOut: z.number().int(),
  derived: z.array(z.object({ kind: derivedKind, bytes: z.number().int() })),
  store: z.object({
    storedBytes: z.number().int(),
    /** Needed by nothing any more: the next collections free it. */
    unreferencedBytes: z.number().int(),
    /** What deleted things keep until they are collected. */
    deletedBytes: z.number().int(),
  }),
  /** The database, the audit log and the journal of changes. */
  databaseBytes: z.number().int(),
  logBytes: z.number().int(),
});
export type DiskMap = z.infer<typeof diskMap>;

/** `Job.result` of `storage.collect`. */
export const collection = z.object({
  dryRun: z.boolean(),
  /** Deleted longer ago than the grace: given up for good. */
  purged: z.array(z.object({ kind: thingKind, id: z.string(), name: z.string(), deletedAt: epochMs })),
  freedBytes: z.number().int(),
  freedObjects: z.number().int(),
  /** Unreferenced, freed or still within its grace. */
  unreferencedBytes: z.number().int(),
  /** When more can be freed, if nothing happens meanwhile; null if nothing waits. */
  nextAt: epochMs.nullable(),
});
export type Collection = z.infer<typeof collection>;

export const damage = z.object({
  kind: z.enum(['pack', 'block', 'object', 'missing', 'index', 'database', 'folder']),
  name: z.string(),
  reason: z.string(),
  /** Contents that cannot be read whole because of it, at most 1,000. */
  contents: z.array(digest),
  /** What that harms, by the names that people know. */
  harms: z.array(z.object({ kind: thingKind, id: z.string(), name: z.string() })),
  /** How it was mended; null if it was not. */
  repaired: z.string().nullable(),
});
export type Damage = z.infer<typeof damage>;

/** `Job.result` of `storage.check`. */
export const storeCheck = z.object({
  repaired: z.boolean(),
  things: z.number().int(),
  /** Read and compared with their digests. */
  checkedBytes: z.number().int(),
  damage: z.array(damage),
});
export type StoreCheck = z.infer<typeof storeCheck>;

export const storageContract = {
  map: procedure
    .route({
      method: 'GET',
      path: '/storage/map',
      summary: 'Where the disk goes; measured again by a job where something changed since',
    })
    .input(z.object({ fresh: z.boolean().default(false) }))
    .output(
      z.discriminatedUnion('state', [
        z.object({ state: z.literal('ready'), map: diskMap }),
        /** `last` is what was known before, if anything was. */
        z.object({ state: z.literal('working'), job, last: diskMap.nullable() }),
      ]),
    ),
  collect: procedure
    .route({
      method: 'POST',
      path: '/storage/collect',
      summary: 'Delete for good what was deleted, and remove what nothing needs any more',
    })
    .input(
      z.object({
        /** How long something stays restorable after it was deleted, and unreferenced after it was stored. */
        graceMs: z
          .number()
          .int()
          .min(0)
          .default(14 * 24 * 60 * 60 * 1000),
        dryRun: z.boolean().default(false),
      }),
    )
    .output(job),
  check: procedure
    .route({
      method: 'POST',
      path: '/storage/check',
      summary: 'Read everything and compare it with its digests; mend what can be mended',
    })
    .input(z.object({ repair: z.boolean().default(false) }))
    .output(job),
  clear: procedure
    .route({
      method: 'POST',
      path: '/storage/clear',
      summary: 'Remove derived files; they are made again when they are needed',
    })
    .input(z.object({ kinds: z.array(derivedKind).min(1) }))
    .output(z.object({ freedBytes: z.number().int() })),
};
