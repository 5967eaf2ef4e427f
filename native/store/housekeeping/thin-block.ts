import type { BlockPlace, StoreIndex } from '../index/store-index.ts';
import type { BlockCodec } from '../packs/block-codec.ts';
import { type BlockReader, DamagedBlock } from '../packs/block-reader.ts';
import type { EntryKind, PackEntry } from '../packs/pack-format.ts';
import type { NewBlock, OldBlock } from './write-anew.ts';

/**
 * Makes blocks anew without the garbage in them.
 *
 * @param thin ids, by offset, of the blocks that are worth it; others stay as they are
 */
export function thinner(
  index: StoreIndex,
  blocks: BlockReader,
  codec: BlockCodec,
  thin: ReadonlyMap<number, number>,
  dueBeforeMs: number,
): (block: OldBlock) => NewBlock | 'as it is' {
  const alive = index.database
    .prepare(
      `SELECT e.digest, e.kind, e.offset, e.size_bytes FROM entries e LEFT JOIN unreferenced u ON u.digest = e.digest
       WHERE e.block_id = ? AND (u.since_ms IS NULL OR u.since_ms > ?) ORDER BY e.offset`,
    )
    .raw();
  return ({ offset }) => {
    const id = thin.get(offset);
    if (id === undefined) return 'as it is';
    const raw = readOrNull(blocks, index.block(id));
    // What is damaged stays where it can be named and mended.
    if (!raw) return 'as it is';
    const pieces: Uint8Array[] = [];
    const entries: PackEntry[] = [];
    let rawBytes = 0;
    for (const [digest, kind, at, sizeBytes] of alive.all(id, dueBeforeMs) as [
      Buffer,
      EntryKind,
      number,
      number,
    ][]) {
      pieces.push(raw.subarray(at, at + sizeBytes));
      entries.push({ digest, kind, offset: rawBytes, sizeBytes });
      rawBytes += sizeBytes;
    }
    return { ...codec.encode(Buffer.concat(pieces)), rawBytes, depth: 0, bases: [], entries };
  };
}

function readOrNull(blocks: BlockReader, place: BlockPlace): Uint8Array | null {
  try {
    return blocks.read(place);
  } catch (error) {
    if (error instanceof DamagedBlock) return null;
    throw error;
  }
}
