import { blake3 } from '@napi-rs/blake-hash';
import { decodeList, isListOf } from '../contents/chunk-list.ts';
import type { StoreIndex } from '../index/store-index.ts';
import { type BlockReader, DamagedBlock } from '../packs/block-reader.ts';
import { entryKind } from '../packs/pack-format.ts';

/** Entries of a pack that are not what their digests say. */
export interface PackDamage {
  readonly pack: string;
  /** Of the block in the pack; null where the whole pack is damaged. */
  readonly offset: number | null;
  readonly reason: string;
  readonly entries: readonly Uint8Array[];
}

/**
 * Read every block of a pack and compare each chunk with its digest. A list of chunks has the digest of the content that it describes, to
 * which it is bound; of an older one only the form and its block's checksum are compared.
 *
 * @param onBytes told of bytes that were read; may throw to stop
 */
export function checkPack(
  index: StoreIndex,
  blocks: BlockReader,
  pack: string,
  onBytes: (bytes: number) => void,
): PackDamage[] {
  const damage: PackDamage[] = [];
  const { database } = index;
  const ids = database
    .prepare('SELECT b.id FROM blocks b JOIN packs p ON p.id = b.pack_id WHERE p.name = ? ORDER BY b.offset')
    .pluck()
    .all(pack) as number[];
  const all = database
    .prepare(
      `SELECT e.block_id, e.digest, e.offset, e.size_bytes, e.kind FROM entries e
       WHERE e.block_id IN (SELECT b.id FROM blocks b JOIN packs p ON p.id = b.pack_id WHERE p.name = ?)`,
    )
    .raw()
    .all(pack) as [number, Buffer, number, number, number][];
  const entriesOf = Map.groupBy(all, ([block]) => block);
  for (const id of ids) {
    const place = index.block(id);
    const entries = (entriesOf.get(id) ?? []).map(([, ...entry]): [Buffer, number, number, number] => entry);
    try {
      const raw = blocks.read(place);
      const bad = entries.filter(([digest, offset, sizeBytes, kind]) => {
        const bytes = raw.subarray(offset, offset + sizeBytes);
        return kind === entryKind.list ? !isList(digest, bytes) : !blake3(bytes).equals(digest);
      });
      if (bad.length > 0) {
        const reason = 'its bytes are not what their digests say';
        damage.push({ pack, offset: place.offset, reason, entries: bad.map(([digest]) => digest) });
      }
    } catch (error) {
      if (!(error instanceof DamagedBlock)) throw error;
      // A delta is whole itself where what it is told by is damaged, which is named where it lies.
      const isOwn = error.pack === pack && error.offset === place.offset;
      if (isOwn)
        damage.push({
          pack,
          offset: place.offset,
          reason: error.message,
          entries: entries.map(([digest]) => digest),
        });
    }
    onBytes(place.storedBytes);
  }
  return damage;
}

function isList(content: Buffer, bytes: Uint8Array): boolean {
  try {
    decodeList(bytes);
    return isListOf(content, bytes);
  } catch {
    return false;
  }
}
