import { blake3 } from '@napi-rs/blake-hash';

/**
 * A pack is blocks one after another, a directory of them with its own digest, and a tail that says where the directory begins.
 * docs/data-store.md describes every byte. Numbers are little-endian.
 */
export const PACK_HEAD = Buffer.from('LATHEPK1', 'latin1');
const TAIL_MAGIC = Buffer.from('LATHEND1', 'latin1');
const DIGEST_BYTES = 32;
/** u32 bytes of the directory · its digest · magic. */
export const TAIL_BYTES = 4 + DIGEST_BYTES + TAIL_MAGIC.length;
const BLOCK_BYTES = 24;
const ENTRY_BYTES = DIGEST_BYTES + 9;

/** How the bytes of a block are kept. */
export const method = { raw: 0, zstd: 1, delta: 2 } as const;
export type Method = (typeof method)[keyof typeof method];

/** What an entry is: bytes of a content, or the list of the chunks that make a content up. */
export const entryKind = { chunk: 0, list: 1 } as const;
export type EntryKind = (typeof entryKind)[keyof typeof entryKind];

export interface PackEntry {
  /** Of its bytes; for a list, of the content that it describes. */
  readonly digest: Uint8Array;
  readonly kind: EntryKind;
  /** Inside the block's raw bytes. */
  readonly offset: number;
  readonly sizeBytes: number;
}

export interface PackBlock {
  /** In the pack. */
  readonly offset: number;
  readonly storedBytes: number;
  readonly rawBytes: number;
  readonly method: Method;
  /** 0, or 1 more than the deepest block that holds one of its bases. */
  readonly depth: number;
  /** CRC-32 of the stored bytes. */
  readonly crc: number;
  /** For a delta: the chunks whose bytes, one after another, are its dictionary. */
  readonly bases: readonly Uint8Array[];
  readonly entries: readonly PackEntry[];
}

export function encodeDirectory(blocks: readonly PackBlock[]): Buffer {
  const bytes = blocks.reduce(
    (sum, { bases, entries }) =>
      sum + BLOCK_BYTES + bases.length * DIGEST_BYTES + entries.length * ENTRY_BYTES,
    4,
  );
  const buffer = Buffer.allocUnsafeSlow(bytes);
  let at = buffer.writeUInt32LE(blocks.length, 0);
  for (const block of blocks) {
    at = buffer.writeUInt32LE(block.offset, at);
    at = buffer.writeUInt32LE(block.storedBytes, at);
    at = buffer.writeUInt32LE(block.rawBytes, at);
    at = buffer.writeUInt32LE(block.crc, at);
    at = buffer.writeUInt8(block.method, at);
    at = buffer.writeUInt8(block.depth, at);
    at = buffer.writeUInt16LE(block.bases.length, at);
    at = buffer.writeUInt32LE(block.entries.length, at);
    for (const base of block.bases) {
      buffer.set(base, at);
      at += DIGEST_BYTES;
    }
    for (const entry of block.entries) {
      buffer.set(entry.digest, at);
      at = buffer.writeUInt8(entry.kind, at + DIGEST_BYTES);
      at = buffer.writeUInt32LE(entry.offset, at);
      at = buffer.writeUInt32LE(entry.sizeBytes, at);
    }
  }
  return buffer;
}

/** @throws RangeError if the bytes end too early */
export function decodeDirectory(buffer: Buffer): PackBlock[] {
  const blocks: PackBlock[] = [];
  const count = buffer.readUInt32LE(0);
  let at = 4;
  const digest = () => {
    if (at + DIGEST_BYTES > buffer.length) throw new RangeError('the directory ends too early');
    at += DIGEST_BYTES;
    return buffer.subarray(at - DIGEST_BYTES, at);
  };
  for (let block = 0; block < count; block++) {
    const head = at;
    const baseCount = buffer.readUInt16LE(head + 18);
    const entryCount = buffer.readUInt32LE(head + 20);
    at += BLOCK_BYTES;
    const bases = Array.from({ length: baseCount }, digest);
    const entries: PackEntry[] = [];
    for (let entry = 0; entry < entryCount; entry++) {
      const name = digest();
      entries.push({
        digest: name,
        kind: buffer.readUInt8(at) as EntryKind,
        offset: buffer.readUInt32LE(at + 1),
        sizeBytes: buffer.readUInt32LE(at + 5),
      });
      at += ENTRY_BYTES - DIGEST_BYTES;
    }
    blocks.push({
      offset: buffer.readUInt32LE(head),
      storedBytes: buffer.readUInt32LE(head + 4),
      rawBytes: buffer.readUInt32LE(head + 8),
      crc: buffer.readUInt32LE(head + 12),
      method: buffer.readUInt8(head + 16) as Method,
      depth: buffer.readUInt8(head + 17),
      bases,
      entries,
    });
  }
  return blocks;
}

/** The end of a pack, which makes it whole, and the name that the pack gets by it. */
export function encodeTail(directory: Buffer): { readonly tail: Buffer; readonly name: string } {
  const digest = blake3(directory);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(directory.length);
  return { tail: Buffer.concat([size, digest, TAIL_MAGIC]), name: packName(digest) };
}

/** @returns where the directory lies and its digest, or null if this is no tail */
export function decodeTail(
  tail: Buffer,
): { readonly directoryBytes: number; readonly digest: Buffer } | null {
  if (tail.length !== TAIL_BYTES || !tail.subarray(4 + DIGEST_BYTES).equals(TAIL_MAGIC)) return null;
  return { directoryBytes: tail.readUInt32LE(0), digest: tail.subarray(4, 4 + DIGEST_BYTES) };
}

export function packName(directoryDigest: Buffer): string {
  return `${directoryDigest.toString('hex', 0, 16)}.pack`;
}
