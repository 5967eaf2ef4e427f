import fs from 'node:fs';
import path from 'node:path';
import { AppError } from '../../../app/kernel/app-error.ts';
import type { Collected } from '../../../app/kernel/ports/data-store.ts';
import type { StoreIndex } from '../index/store-index.ts';
import { type LooseObject, looseObjects } from './loose-objects.ts';
import { mergePacks } from './merge-packs.ts';
import type { LostContent, NeededEntries } from './needed-entries.ts';
import { rewritePack } from './rewrite-pack.ts';
import type { StoreParts } from './store-parts.ts';
import { thinner } from './thin-block.ts';

/**
 * So much garbage may stay in packs that hold other things too: freeing the last of it would copy much to gain little. A small store has no
 * such allowance.
 */
const GARBAGE_ALLOWED = 0.05;
const SMALL_STORE_BYTES = 1024 ** 3;

const DIGEST_BYTES = 32;

/** A block is compressed anew without its garbage once that is so much of it. */
const WORTH_THINNING = 0.25;

export interface CollectOptions {
  readonly nowMs: number;
  readonly graceMs: number;
  readonly dryRun: boolean;
  /** Told of bytes that were looked at; throws where the collection was cancelled, which is safe between packs. */
  readonly onBytes: (bytes: number) => void;
}

/**
 * Remove what is not needed: note since when each entry is garbage, and delete blocks and objects in which everything has been so for
 * the grace; then make few packs of many small ones. It may stop anywhere: a pack is removed from the index before its file goes, and a
 * rewritten one is durable before the old one goes; at the worst garbage is found again by the next collection.
 */
export async function collect(
  { paths, index, blocks, codec }: StoreParts,
  needed: NeededEntries,
  options: CollectOptions,
): Promise<Collected> {
  const { nowMs, graceMs, dryRun, onBytes } = options;
  const [lost] = needed.lost;
  if (lost) throw unknownNeeds(lost);
  const dueBeforeMs = nowMs - graceMs;
  const objects = [...looseObjects(paths)].filter(({ digest }) => !needed.hasObject(digest));
  mark(index, needed, objects, nowMs);
  const unreferencedBytes = garbageBytes(index) + objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);

  let freedBytes = 0;
  let freedObjects = 0;
  const packs = packsToFree(index, dueBeforeMs);
  if (!dryRun) withdrawDead(index, dueBeforeMs);
  const remade = new Set<string>();
  for (const pack of packs) {
    // It came from a rewriting that was killed and was of no use; now it is what another pack has become.
    if (remade.has(pack.name)) continue;
    const isAllDead = pack.dead.size === pack.blocks;
    onBytes(pack.sizeBytes);
    freedObjects += pack.dead.size;
    if (dryRun) freedBytes += isAllDead ? pack.sizeBytes : pack.freesBytes;
    else if (isAllDead) {
      index.removePack(pack.name);
      fs.rmSync(path.join(paths.packs, pack.name), { force: true });
      freedBytes += pack.sizeBytes;
    } else {
      const thinned = thinner(index, blocks, codec, pack.thin, dueBeforeMs);
      const { name, sizeBytes } = await rewritePack(index, paths, pack.name, (block) =>
        pack.dead.has(block.offset) ? null : thinned(block),
      );
      remade.add(name);
      freedBytes += pack.sizeBytes - sizeBytes;
    }
  }
  const since = index.database.prepare('SELECT since_ms FROM unreferenced WHERE digest = ?').pluck();
  const forget = index.database.prepare('DELETE FROM unreferenced WHERE digest = ?');
  for (const object of objects) {
    if ((since.get(object.digest) as number) > dueBeforeMs) continue;
    onBytes(object.sizeBytes);
    freedObjects += 1;
    freedBytes += object.sizeBytes;
    if (dryRun) continue;
    fs.rmSync(object.path, { force: true });
    forget.run(object.digest);
  }
  if (!dryRun) await mergePacks(index, paths, onBytes);
  const next = index.database
    .prepare('SELECT MIN(since_ms) FROM unreferenced WHERE since_ms > ?')
    .pluck()
    .get(dueBeforeMs) as number | null;
  return { unreferencedBytes, freedBytes, freedObjects, nextAtMs: next === null ? null : next + graceMs };
}

/**
 * Forget the entries of blocks that are garbage altogether, also where their packs stay as they are: nobody may find a chunk there again,
 * because what a delta is told by may be deleted before it.
 */
function withdrawDead({ database }: StoreIndex, dueBeforeMs: number): void {
  database
    .prepare(
      `DELETE FROM entries WHERE block_id IN (
         SELECT e.block_id FROM entries e LEFT JOIN unreferenced u ON u.digest = e.digest
         GROUP BY e.block_id HAVING COUNT(*) = COUNT(CASE WHEN u.since_ms <= ? THEN 1 END))`,
    )
    .run(dueBeforeMs);
}

/** What a damaged list names would look like garbage. */
function unknownNeeds({ content, reason }: LostContent): AppError {
  const hex = content.toString('hex');
  return new AppError('STORAGE_FAILED', `What is garbage cannot be told: ${reason}`, {
    nextStep: 'Run `lathe fsck --repair` first, or delete what it says is harmed.',
    details: { digest: hex },
  });
}

/** Note since when what is not needed is so; what is needed again loses its note. */
function mark(
  { database }: StoreIndex,
  needed: NeededEntries,
  objects: readonly LooseObject[],
  nowMs: number,
): void {
  const page = database
    .prepare('SELECT digest FROM entries WHERE digest > ? ORDER BY digest LIMIT 4096')
    .pluck();
  const note = database.prepare('INSERT OR IGNORE INTO unreferenced VALUES (?, ?)');
  const drop = database.prepare('DELETE FROM unreferenced WHERE digest = ?');
  const marked = new Set(objects.map(({ digest }) => digest.toString('latin1')));
  database.transaction(() => {
    for (let after: Buffer = Buffer.alloc(0); ; ) {
      const digests = page.all(after) as Buffer[];
      for (const digest of digests) {
        if (needed.has(digest)) drop.run(digest);
        else note.run(digest, nowMs);
      }
      if (digests.length === 0) break;
      after = digests.at(-1)!;
    }
    for (const { digest } of objects) note.run(digest, nowMs);
    const others = database.prepare(
      'SELECT digest FROM unreferenced WHERE digest NOT IN (SELECT digest FROM entries)',
    );
    for (const digest of others.pluck().all() as Buffer[]) {
      if (!marked.has(digest.toString('latin1'))) drop.run(digest);
    }
    // A clock that was wrong once must not keep garbage for ever.
    database.prepare('UPDATE unreferenced SET since_ms = ? WHERE since_ms > ?').run(nowMs, nowMs);
    waitForDeltas(database);
  })();
}

/** What a delta is told by is garbage no longer than the delta: within its grace an import may come to need it again. */
function waitForDeltas(database: StoreIndex['database']): void {
  const deltas = database
    .prepare(
      `SELECT b.bases, MAX(u.since_ms) FROM blocks b
       JOIN entries e ON e.block_id = b.id JOIN unreferenced u ON u.digest = e.digest
       WHERE b.bases IS NOT NULL GROUP BY b.id ORDER BY b.depth DESC`,
    )
    .raw();
  const wait = database.prepare('UPDATE unreferenced SET since_ms = MAX(since_ms, ?) WHERE digest = ?');
  for (const [bases, sinceMs] of deltas.all() as [Buffer, number][]) {
    for (let at = 0; at < bases.length; at += DIGEST_BYTES) {
      wait.run(sinceMs, bases.subarray(at, at + DIGEST_BYTES));
    }
  }
}

/** Bytes of entries that nothing needs, whether or not their grace is over. */
function garbageBytes({ database }: StoreIndex): number {
  return Math.round(
    database
      .prepare(
        `SELECT COALESCE(SUM(1.0 * b.stored_bytes * e.size_bytes / MAX(b.raw_bytes, 1)), 0)
         FROM unreferenced u JOIN entries e ON e.digest = u.digest JOIN blocks b ON b.id = e.block_id`,
      )
      .pluck()
      .get() as number,
  );
}

interface PackWithGarbage {
  readonly name: string;
  readonly sizeBytes: number;
  readonly blocks: number;
  /** Offsets, in the pack, of blocks that hold nothing but garbage whose grace is over, or only what lies in other packs too. */
  readonly dead: ReadonlySet<number>;
  /** Offsets, and ids, of blocks with much of it. */
  readonly thin: ReadonlyMap<number, number>;
  /** About what rewriting it would free. */
  readonly freesBytes: number;
}

/** Packs that are all garbage, and of the others those with the most until what is left is little. */
function packsToFree(index: StoreIndex, dueBeforeMs: number): PackWithGarbage[] {
  const storeBytes = index.packs().reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const allowedBytes = storeBytes < SMALL_STORE_BYTES ? 0 : storeBytes * GARBAGE_ALLOWED;
  const share = ({ freesBytes, sizeBytes }: PackWithGarbage) => freesBytes / sizeBytes;
  const packs = packsWithGarbage(index, dueBeforeMs).sort((a, b) => share(b) - share(a));
  let leftBytes = packs.reduce((sum, { freesBytes }) => sum + freesBytes, 0);
  return packs.filter((pack) => {
    if (pack.dead.size < pack.blocks && leftBytes <= allowedBytes) return false;
    leftBytes -= pack.freesBytes;
    return true;
  });
}

interface BlockRow {
  readonly pack: string;
  readonly packBytes: number;
  readonly packBlocks: number;
  readonly id: number;
  readonly offset: number;
  readonly storedBytes: number;
  readonly isDelta: number;
  /** Of its raw bytes, how many are garbage whose grace is over or of no use: 0 to 1. */
  readonly share: number;
}

function packsWithGarbage({ database }: StoreIndex, dueBeforeMs: number): PackWithGarbage[] {
  const rows = database
    .prepare(
      `SELECT p.name AS pack, p.size_bytes AS packBytes,
              (SELECT COUNT(*) FROM blocks o WHERE o.pack_id = p.id) AS packBlocks,
              b.id, b.offset, b.stored_bytes AS storedBytes, b.bases IS NOT NULL AS isDelta,
              1.0 - TOTAL(CASE WHEN u.since_ms <= ? THEN 0 ELSE e.size_bytes END) / MAX(b.raw_bytes, 1) AS share,
              COUNT(e.digest) - COUNT(CASE WHEN u.since_ms <= ? THEN 1 END) AS alive
       FROM blocks b JOIN packs p ON p.id = b.pack_id
       LEFT JOIN entries e ON e.block_id = b.id LEFT JOIN unreferenced u ON u.digest = e.digest
       GROUP BY b.id HAVING alive = 0 OR share >= ${WORTH_THINNING} ORDER BY p.id`,
    )
    .all(dueBeforeMs, dueBeforeMs) as (BlockRow & { readonly alive: number })[];
  return [...Map.groupBy(rows, ({ pack }) => pack).values()].flatMap((all) => {
    const dead = all.filter(({ alive }) => alive === 0);
    // A delta that is made again without its base would grow.
    const thin = all.filter(({ alive, isDelta }) => alive > 0 && isDelta === 0);
    if (dead.length + thin.length === 0) return [];
    const { pack, packBytes, packBlocks } = all[0]!;
    const freesBytes = [...dead, ...thin].reduce(
      (sum, { storedBytes, share }) => sum + storedBytes * share,
      0,
    );
    return {
      name: pack,
      sizeBytes: packBytes,
      blocks: packBlocks,
      dead: new Set(dead.map(({ offset }) => offset)),
      thin: new Map(thin.map(({ offset, id }) => [offset, id])),
      freesBytes: Math.round(freesBytes),
    };
  });
}
