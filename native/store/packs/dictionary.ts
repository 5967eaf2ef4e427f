import { releaseBytes } from '../../release-bytes.ts';
import type { BlockPlace, EntryPlace, StoreIndex } from '../index/store-index.ts';
import type { BlockReader } from './block-reader.ts';

const DIGEST_BYTES = 32;
/** Together with a block this fits zstd's window for deltas. */
const MAX_DICTIONARY_BYTES = 1024 * 1024;
/** What lies this far before and after is taken too. */
const MARGIN_BYTES = 64 * 1024;
/** Reading a block reads at most so many blocks below it. */
const MAX_DEPTH = 3;

export interface Dictionary {
  readonly bytes: Uint8Array;
  /** Whose bytes these are, one after another. */
  readonly bases: readonly Uint8Array[];
  /** Of a block that is made with it. */
  readonly depth: number;
}

/**
 * The bytes of similar chunks, as far as they lie in packs and are not too deep themselves: in place of one that is, what it was made from.
 *
 * @returns null if there is nothing of use
 */
export function dictionaryFor(
  similar: readonly Uint8Array[],
  index: StoreIndex,
  blocks: BlockReader,
): Dictionary | null {
  const bases = new Map<string, Uint8Array>();
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  let depth = 0;
  const take = (digest: Uint8Array) => {
    const key = Buffer.from(digest).toString('latin1');
    const place = index.find(digest);
    if (!place || bases.has(key) || sizeBytes + place.sizeBytes > MAX_DICTIONARY_BYTES) return;
    const block = index.block(place.blockId);
    if (block.depth >= MAX_DEPTH) {
      for (const below of basesNear(place, block, index)) take(below);
      return;
    }
    pieces.push(Buffer.from(blocks.read(block).subarray(place.offset, place.offset + place.sizeBytes)));
    bases.set(key, digest);
    sizeBytes += place.sizeBytes;
    depth = Math.max(depth, block.depth);
  };
  try {
    for (const digest of similar) take(digest);
  } catch {
    // What is damaged is no base; whoever reads it is told.
    return null;
  }
  if (sizeBytes === 0) return null;
  return { bytes: joined(pieces), bases: [...bases.values()], depth: depth + 1 };
}

/** Of what a block was told by, what lies where an entry lies in the block: the one runs along the other. */
function basesNear(place: EntryPlace, block: BlockPlace, index: StoreIndex): Buffer[] {
  const bases = basesOf(block).map((digest) => ({ digest, sizeBytes: index.find(digest)?.sizeBytes ?? 0 }));
  const stretch = bases.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) / block.rawBytes;
  const from = place.offset * stretch - MARGIN_BYTES;
  const to = (place.offset + place.sizeBytes) * stretch + MARGIN_BYTES;
  let at = 0;
  return bases.flatMap(({ digest, sizeBytes }) => {
    const start = at;
    at += sizeBytes;
    return start < to && at > from ? [digest] : [];
  });
}

/** The dictionary that a block was made with. @throws Error if a base is missing or damaged */
export function dictionaryOf(block: BlockPlace, index: StoreIndex, blocks: BlockReader): Uint8Array {
  const pieces = basesOf(block).map((digest) => {
    const place = index.find(digest);
    if (!place) throw new Error(`its base ${digest.toString('hex')} is missing`);
    return Buffer.from(
      blocks.read(index.block(place.blockId)).subarray(place.offset, place.offset + place.sizeBytes),
    );
  });
  return joined(pieces);
}

/** Thousands of dictionaries a second would wait for the collector. */
function joined(pieces: readonly Uint8Array[]): Buffer {
  const bytes = Buffer.concat(pieces);
  for (const piece of pieces) releaseBytes(piece);
  return bytes;
}

/** Digests of the chunks that a block's dictionary is made of. */
export function basesOf({ bases }: BlockPlace): Buffer[] {
  const digests: Buffer[] = [];
  for (let at = 0; bases && at < bases.length; at += DIGEST_BYTES)
    digests.push(bases.subarray(at, at + DIGEST_BYTES));
  return digests;
}
