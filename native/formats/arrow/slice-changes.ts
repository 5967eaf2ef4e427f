import type { FieldNode } from 'apache-arrow/ipc/metadata/message';

/** What is to be done with bytes of a batch, once they stand in the slice. */
export type Change =
  | { readonly kind: 'none' }
  /** Move bits down, so that the first of the slice is the lowest; `node` is the one whose missing values these bits tell. */
  | { readonly kind: 'bits'; readonly shift: number; readonly count: number; readonly node: FieldNode | null }
  /** Offsets begin at zero again. */
  | { readonly kind: 'offsets'; readonly bytesEach: 4 | 8; readonly first: number }
  /** Views of texts count from what the slice holds of each buffer that they point into. */
  | { readonly kind: 'views'; readonly firsts: readonly number[] };

/** Length, beginning, buffer and place of a text; texts of at most so many bytes stand in their view. */
export const VIEW_BYTES = 16;
export const MOST_INLINE_BYTES = 12;

/** @param bytes a part of a buffer as the file holds it, at an address that is a multiple of eight */
export function applyChange(bytes: Buffer, change: Change): void {
  switch (change.kind) {
    case 'none':
      return;
    case 'bits':
      if (change.shift > 0) shiftBits(bytes, change.shift);
      if (change.node) change.node.nullCount = change.count - bitsSet(bytes, change.count);
      return;
    case 'offsets':
      if (change.bytesEach === 4) {
        const offsets = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
        for (let at = 0; at < offsets.length; at++) offsets[at]! -= change.first;
      } else {
        const offsets = new BigInt64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
        const first = BigInt(change.first);
        for (let at = 0; at < offsets.length; at++) offsets[at]! -= first;
      }
      return;
    case 'views':
      for (let at = 0; at < bytes.length; at += VIEW_BYTES) {
        if (bytes.readInt32LE(at) <= MOST_INLINE_BYTES) continue;
        const first = change.firsts[bytes.readInt32LE(at + 8)] ?? 0;
        bytes.writeInt32LE((bytes.readInt32LE(at + 12) - first) | 0, at + 12);
      }
  }
}

function shiftBits(bytes: Buffer, shift: number): void {
  for (let at = 0; at < bytes.length; at++) {
    bytes[at] = (bytes[at]! >> shift) | ((bytes[at + 1] ?? 0) << (8 - shift));
  }
}

function bitsSet(bytes: Buffer, count: number): number {
  let set = 0;
  for (let bit = 0; bit < count; bit++) set += (bytes[bit >> 3]! >> (bit & 7)) & 1;
  return set;
}
