import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { entryKind, method, type PackBlock } from '../packs/pack-format.ts';
import { StoreIndex } from './store-index.ts';

let folder: string;
let index: StoreIndex;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-index-'));
  index = StoreIndex.open(path.join(folder, 'index.db'));
});
afterEach(() => {
  index.close();
  fs.rmSync(folder, { recursive: true });
});

const digest = (byte: number) => Buffer.alloc(32, byte);
function block(entries: readonly number[], bases: readonly number[] = [], depth = 0): PackBlock {
  return {
    offset: 8,
    storedBytes: 10,
    rawBytes: 20,
    crc: 0,
    method: bases.length > 0 ? method.delta : method.zstd,
    depth,
    bases: bases.map(digest),
    entries: entries.map((byte, at) => ({
      digest: digest(byte),
      kind: entryKind.chunk,
      offset: at,
      sizeBytes: 1,
    })),
  };
}
const known = () => [1, 2, 3, 4, 5].filter((byte) => index.has(digest(byte)));

describe('an index', () => {
  it('keeps an entry where it was found first', () => {
    index.addPack('one.pack', 100, [block([1, 2])]);
    index.addPack('two.pack', 100, [block([2, 3])]);
    const pack = (byte: number) => index.block(index.find(digest(byte))!.blockId).pack;
    expect([pack(1), pack(2), pack(3)]).toEqual(['one.pack', 'one.pack', 'two.pack']);
    index.addPack('two.pack', 100, [block([4])]);
    expect(known()).toEqual([1, 2, 3]);
  });

  it('forgets a pack with all it had', () => {
    index.addPack('one.pack', 100, [block([1])]);
    index.addPack('two.pack', 100, [block([2])]);
    index.removePack('one.pack');
    expect([known(), index.packs()]).toEqual([[2], [{ name: 'two.pack', sizeBytes: 100 }]]);
  });

  it('forgets deltas whose bases are gone, and what was told by those', () => {
    index.addPack('deltas.pack', 100, [block([2], [1], 1), block([3], [2], 2), block([5], [4], 1)]);
    index.addPack('bases.pack', 100, [block([4])]);
    index.dropOrphans();
    expect(known()).toEqual([4, 5]);
  });

  it('has another epoch once contents may have gone', () => {
    const before = index.epoch;
    expect(index.epoch).toBe(before);
    index.renewEpoch();
    expect(index.epoch).not.toBe(before);
  });

  it('of another version is refused', () => {
    index.database.pragma('user_version = 99');
    index.close();
    expect(() => StoreIndex.open(path.join(folder, 'index.db'))).toThrow('version 99');
    fs.rmSync(path.join(folder, 'index.db'));
    index = StoreIndex.open(path.join(folder, 'index.db'));
  });
});
