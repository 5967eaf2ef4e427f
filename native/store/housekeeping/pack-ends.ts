import fs from 'node:fs';
import path from 'node:path';
import type { StoreIndex } from '../index/store-index.ts';
import { type EntryKind, type Method, PACK_HEAD, type PackBlock } from '../packs/pack-format.ts';
import { readAt, readDirectory } from '../packs/read-directory.ts';
import type { StorePaths } from '../store-paths.ts';
import { rewritePack } from './rewrite-pack.ts';

const DIGEST_BYTES = 32;

/** What is wrong with a pack's head, directory and end, and whether the index tells of the pack what its directory does. */
export interface EndsFault {
  readonly of: 'pack' | 'index';
  readonly reason: string;
}

export function faultOfEnds(index: StoreIndex, { packs }: StorePaths, pack: string): EndsFault | null {
  const packPath = path.join(packs, pack);
  if (!hasHead(packPath)) return { of: 'pack', reason: 'its beginning is not that of a pack' };
  const read = readDirectory(packPath);
  if ('damage' in read) return { of: 'pack', reason: read.damage };
  if (read.name !== pack) return { of: 'pack', reason: `it is the pack ${read.name}` };
  const known = new Map(blocksInIndex(index, pack).map((block) => [block.offset, block]));
  const agree =
    known.size === read.blocks.length &&
    read.blocks.every((block) => {
      const told = known.get(block.offset);
      return told !== undefined && tellsTheSame(told, block);
    });
  return agree ? null : { of: 'index', reason: `it does not tell of ${pack} what is in it` };
}

/** Entries may be missing in the index: another pack has them, or they are garbage. */
function tellsTheSame(told: PackBlock, block: PackBlock): boolean {
  const entries = new Map(block.entries.map((entry) => [Buffer.from(entry.digest).toString('hex'), entry]));
  return (
    told.storedBytes === block.storedBytes &&
    told.rawBytes === block.rawBytes &&
    told.method === block.method &&
    told.depth === block.depth &&
    told.crc === block.crc &&
    Buffer.concat([...told.bases]).equals(Buffer.concat([...block.bases])) &&
    told.entries.every(({ digest, offset, sizeBytes, kind }) => {
      const entry = entries.get(Buffer.from(digest).toString('hex'));
      return entry?.offset === offset && entry.sizeBytes === sizeBytes && entry.kind === kind;
    })
  );
}

/**
 * Write a pack's head, directory and end anew, from what the directory tells or else the index.
 *
 * @returns whether either could tell
 */
export async function mendEnds(index: StoreIndex, paths: StorePaths, pack: string): Promise<boolean> {
  const read = readDirectory(path.join(paths.packs, pack));
  const blocks = 'blocks' in read ? read.blocks : blocksInIndex(index, pack);
  if (blocks.length === 0) return false;
  await rewritePack(index, paths, pack, () => 'as it is', blocks);
  return true;
}

function hasHead(packPath: string): boolean {
  const fd = fs.openSync(packPath, 'r');
  try {
    return readAt(fd, 0, PACK_HEAD.length).equals(PACK_HEAD);
  } finally {
    fs.closeSync(fd);
  }
}

function blocksInIndex({ database }: StoreIndex, pack: string): PackBlock[] {
  const entriesOf = database
    .prepare('SELECT digest, kind, offset, size_bytes FROM entries WHERE block_id = ? ORDER BY offset')
    .raw();
  const rows = database
    .prepare(
      `SELECT b.id, b.offset, b.stored_bytes, b.raw_bytes, b.method, b.depth, b.crc, b.bases
       FROM blocks b JOIN packs p ON p.id = b.pack_id WHERE p.name = ? ORDER BY b.offset`,
    )
    .raw()
    .all(pack) as [number, number, number, number, Method, number, number, Buffer | null][];
  return rows.map(([id, offset, storedBytes, rawBytes, method, depth, crc, bases]) => ({
    ...{ offset, storedBytes, rawBytes, method, depth, crc },
    bases: Array.from({ length: (bases?.length ?? 0) / DIGEST_BYTES }, (_, at) =>
      bases!.subarray(at * DIGEST_BYTES, (at + 1) * DIGEST_BYTES),
    ),
    entries: (entriesOf.all(id) as [Buffer, EntryKind, number, number][]).map(
      ([digest, kind, at, sizeBytes]) => ({ digest, kind, offset: at, sizeBytes }),
    ),
  }));
}
