import { describe, expect, it } from 'vitest';
import { csv, noise } from '../../../test/support/data-stores.ts';
import { Chunker } from './chunker.ts';
import {
  gears,
  LOOSE_ZEROS,
  MAX_CHUNK_BYTES,
  MIN_CHUNK_BYTES,
  NORMAL_CHUNK_BYTES,
  STRICT_ZEROS,
} from './cut-rules.ts';

const CAPACITY = 4 * 1024 * 1024;

/** Ends of the chunks of a content that is read so many bytes at a time. */
function cut(content: Uint8Array, readBytes = CAPACITY): number[] {
  const chunker = new Chunker(CAPACITY);
  const ends: number[] = [];
  let base = 0;
  let used = 0;
  for (let read = 0; ; ) {
    const more = Math.min(readBytes, content.length - read, CAPACITY - used);
    chunker.bytes.set(content.subarray(read, read + more), used);
    read += more;
    used += more;
    const isEnd = read === content.length;
    let start = 0;
    for (const end of chunker.cut(0, used, isEnd)) {
      ends.push(base + end);
      start = end;
    }
    if (isEnd) return ends;
    chunker.bytes.copyWithin(0, start, used);
    base += start;
    used -= start;
  }
}

/** The rule in plain words: the hash of a position is that of the 32 bytes up to it. */
function cutPlainly(content: Uint8Array): number[] {
  const ends: number[] = [];
  for (let start = 0; start < content.length; ) {
    let end = Math.min(start + MAX_CHUNK_BYTES, content.length);
    let hash = 0;
    for (let at = start; at < end; at++) {
      hash = ((hash << 1) + gears[content[at]!]!) >>> 0;
      const length = at + 1 - start;
      const zeros = length < NORMAL_CHUNK_BYTES ? STRICT_ZEROS : LOOSE_ZEROS;
      if (length >= MIN_CHUNK_BYTES && hash < 2 ** (32 - zeros)) {
        end = at + 1;
        break;
      }
    }
    ends.push(end);
    start = end;
  }
  return ends;
}

const contents: [string, Uint8Array][] = [
  ['noise', noise(6_000_000)],
  ['a table', Buffer.from(csv(120_000))],
  ['numbers', Buffer.from(Float64Array.from({ length: 500_000 }, (_, n) => Math.sin(n / 50)).buffer)],
  ['zeros', new Uint8Array(1_500_000)],
  ['a small file', noise(20_000)],
  ['a file of one byte less than the least', noise(MIN_CHUNK_BYTES - 1)],
  ['nothing', new Uint8Array(0)],
];

describe('a content is cut', () => {
  it.each(contents)('as the rule says: %s', (_what, content) => {
    expect(cut(content)).toEqual(cutPlainly(content));
  });

  it.each([4_096, 65_537, 1_000_000])('alike when %d bytes are read at a time', (readBytes) => {
    for (const [, content] of contents) expect(cut(content, readBytes)).toEqual(cut(content));
  });

  it('where it was always cut: these places are kept on disks', () => {
    expect(cut(noise(1_000_000))).toMatchInlineSnapshot(`
      [
        72086,
        150758,
        219280,
        294392,
        367490,
        422846,
        468468,
        567299,
        634193,
        715481,
        770939,
        843987,
        922999,
        991273,
        1000000,
      ]
    `);
    expect(cut(Buffer.from(csv(30_000)))).toMatchInlineSnapshot(`
      [
        17368,
        110406,
        191958,
        274071,
        352279,
        427661,
        514666,
        614063,
        685408,
        768920,
        813487,
        880037,
        922175,
      ]
    `);
    expect(cut(new Uint8Array(600_000))).toEqual([262_144, 524_288, 600_000]);
  });

  it('into the same chunks again after bytes were put in at the front', () => {
    const before = noise(5_000_000);
    const after = Buffer.concat([Buffer.from('a few bytes more'), before]);
    const shifted = new Set(cut(before).map((end) => end + 16));
    const found = cut(after).filter((end) => shifted.has(end));
    expect(found.length).toBeGreaterThan(cut(before).length - 4);
  });

  it('so that a chunk by itself is one chunk', () => {
    const content = Buffer.from(csv(100_000));
    let start = 0;
    for (const end of cut(content)) {
      expect(cut(content.subarray(start, end))).toEqual([end - start]);
      start = end;
    }
  });
});
