import { blake3 } from '@napi-rs/blake-hash';
import { describe, expect, it } from 'vitest';
import { noise } from '../../../test/support/data-stores.ts';
import { decodeList, isListOf, ListBuilder } from './chunk-list.ts';

const chunks = Array.from({ length: 3 }, (_, at) => noise(100 + at, at * 2 + 1));
const content = blake3(Buffer.concat(chunks));

function listOf(parts: readonly Buffer[], digest: Uint8Array): Buffer {
  const list = new ListBuilder(() => {});
  for (const part of parts) list.add(blake3(part), part.length);
  return list.finish(digest)!;
}

describe('a list of chunks', () => {
  const bytes = listOf(chunks, content);

  it('is bound to its content', () => {
    expect(decodeList(bytes).items.map(({ sizeBytes }) => sizeBytes)).toEqual([100, 101, 102]);
    expect(isListOf(content, bytes)).toBe(true);
    expect(isListOf(blake3(chunks[0]!), bytes)).toBe(false);
    // As good a list, of another content.
    expect(isListOf(content, listOf(chunks.toReversed(), blake3('other')))).toBe(false);
  });

  it('is none, or another one, where any bit of it is flipped', () => {
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      let isTaken: boolean;
      try {
        decodeList(flipped);
        isTaken = isListOf(content, flipped);
      } catch {
        isTaken = false;
      }
      expect([bit, isTaken]).toEqual([bit, false]);
    }
  });

  it('of an older workspace is read as it is', () => {
    const items = bytes.subarray(17);
    const old = Buffer.concat([Buffer.from([0]), items]);
    expect(decodeList(old)).toEqual(decodeList(bytes));
    expect(isListOf(content, old)).toBe(true);
  });
});
