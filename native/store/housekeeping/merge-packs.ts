import fs from 'node:fs';
import path from 'node:path';
import { AppError, fromSystemError } from '../../../app/kernel/app-error.ts';
import type { StoreIndex } from '../index/store-index.ts';
import { PACK_BYTES } from '../packs/pack-writer.ts';
import { readDirectory } from '../packs/read-directory.ts';
import type { StorePaths } from '../store-paths.ts';
import { type OldPack, writeAnew } from './write-anew.ts';

/** A smaller pack is merged with others, */
const SMALL_PACK_BYTES = 8 * 1024 * 1024;
/** once there are more than so many: every import leaves some, and merging them each time would copy much. */
const MANY_PACKS = 16;

interface SmallPack {
  readonly name: string;
  readonly sizeBytes: number;
}

/**
 * Make few packs of many small ones. It may stop anywhere: a merged pack is durable before the index tells of it, and the index tells of it
 * before the small ones go, so that everything is found in the one or the other.
 *
 * @param onBytes told of bytes before they are copied; may throw to stop
 */
export async function mergePacks(
  index: StoreIndex,
  paths: StorePaths,
  onBytes: (bytes: number) => void,
): Promise<void> {
  try {
    for (const group of groupsToMerge(index)) {
      onBytes(group.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
      await merge(index, paths, group);
    }
  } catch (thrown) {
    const error = fromSystemError(thrown, paths.packs);
    // Small packs are whole and good; there is only no room to make them fewer.
    if (!(error instanceof AppError && error.code === 'DISK_FULL')) throw error;
  }
}

function groupsToMerge({ database }: StoreIndex): SmallPack[][] {
  const small = database
    .prepare('SELECT name, size_bytes AS sizeBytes FROM packs WHERE size_bytes < ? ORDER BY id')
    .all(SMALL_PACK_BYTES) as SmallPack[];
  if (small.length <= MANY_PACKS) return [];
  const groups: SmallPack[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const pack of small) {
    if (bytes + pack.sizeBytes > PACK_BYTES) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)!.push(pack);
    bytes += pack.sizeBytes;
  }
  return groups.filter(({ length }) => length > 1);
}

async function merge(index: StoreIndex, paths: StorePaths, group: readonly SmallPack[]): Promise<void> {
  const olds = group.flatMap(({ name }): OldPack[] => {
    const read = readDirectory(path.join(paths.packs, name));
    // What is damaged stays where it can be named and mended.
    if ('damage' in read) return [];
    const used = usedBlocks(index, name);
    return [{ name, blocks: read.blocks, change: ({ offset }) => (used.has(offset) ? 'as it is' : null) }];
  });
  if (olds.length < 2) return;
  await writeAnew(paths, olds, async (made) => {
    if (made.blocks.length > 0) await made.publish();
    index.replacePacks(
      olds.map(({ name }) => name),
      made.name,
      made.sizeBytes,
      made.blocks,
    );
    for (const { name } of olds) {
      // Where only one of them had anything of use, the merged pack is that one.
      if (name !== made.name) fs.rmSync(path.join(paths.packs, name));
    }
  });
}

/** Offsets of blocks in which anything is found; what the others hold is garbage or lies in another pack. */
function usedBlocks({ database }: StoreIndex, pack: string): ReadonlySet<number> {
  const offsets = database
    .prepare(
      `SELECT b.offset FROM blocks b JOIN packs p ON p.id = b.pack_id
       WHERE p.name = ? AND EXISTS (SELECT 1 FROM entries e WHERE e.block_id = b.id)`,
    )
    .pluck()
    .all(pack);
  return new Set(offsets as number[]);
}
