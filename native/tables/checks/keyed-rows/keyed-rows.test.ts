import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type KeyedRows, withKeyedRows } from './keyed-rows.ts';

const never = new AbortController().signal;
let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-rows-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  fs.rmSync(folder, { recursive: true });
});

/** Four words that are spread evenly. */
function hashOf(value: number): Uint32Array {
  const bytes = createHash('md5').update(String(value)).digest();
  return Uint32Array.from([0, 4, 8, 12], (at) => bytes.readUInt32BE(at));
}

interface Found {
  readonly key: string;
  readonly rows: readonly number[];
  readonly mixed: boolean;
}

/** @param keys one for each row */
async function runsOf(keys: readonly Uint32Array[], others?: readonly number[]) {
  const options = { folder, rows: keys.length, keyWords: 4, otherWords: others ? 1 : 0 };
  return await withKeyedRows(options, async (rows) => {
    keys.forEach((key, row) => {
      rows.add(Uint32Array.of(row, ...key, ...(others ? [others[row]!] : [])));
    });
    const found: Found[] = [];
    await rows.eachRun((places, from, to, mixed) => {
      found.push({ key: keyText(keys[places[from]!]!), rows: [...places.subarray(from, to)], mixed });
    }, never);
    return found;
  });
}

const keyText = (key: Uint32Array) => [...key].map((word) => word.toString(16).padStart(8, '0')).join('');

const heavyRows = 450_000;

describe('rows with keys', () => {
  it.each([1, 10, 5000])('come in the order of their keys, %i of them', async (count) => {
    const keys = Array.from({ length: count }, (_, row) => hashOf(row % 3000));
    const found = await runsOf(keys);
    const order = found.map(({ key }) => key);
    expect(order).toEqual([...order].sort());
    const rowsOf = Object.fromEntries(found.map(({ key, rows }) => [key, rows]));
    expect(rowsOf).toEqual(Object.groupBy(keys.keys(), (row) => keyText(keys[row]!)));
    expect(found.every(({ mixed }) => !mixed)).toBe(true);
  });

  it('come in their order from many partitions, and may be gone through again', async () => {
    const kinds = Array.from({ length: 4000 }, (_, kind) => hashOf(kind));
    const options = { folder, rows: 10_000_000, keyWords: 4 };
    const order = await withKeyedRows(options, async (rows) => {
      for (let row = 0; row < 20_000; row++) rows.add(Uint32Array.of(row, ...kinds[row % 4000]!));
      const collect = async () => {
        const keys: string[] = [];
        await rows.eachRun((places, from, to) => {
          expect(to - from).toBe(5);
          keys.push(keyText(kinds[places[from]! % 4000]!));
        }, never);
        return keys;
      };
      const once = await collect();
      expect(await collect()).toEqual(once);
      return once;
    });
    expect(order).toEqual(kinds.map(keyText).sort());
  });

  it('that are alike but for their last word are told apart', async () => {
    const keys = Array.from({ length: 3000 }, (_, row) => Uint32Array.of(5, 5, 5, (row * 17) % 1000));
    const found = await runsOf(keys);
    expect(found.map(({ rows }) => rows.length)).toEqual(new Array(1000).fill(3));
  });

  it('of which nearly all are alike are divided from the few that are not', async () => {
    const heavy = hashOf(1);
    // One that differs from the many in its last bit only.
    const near = Uint32Array.of(heavy[0]!, heavy[1]!, heavy[2]!, (heavy[3]! ^ 1) >>> 0);
    const keyOf = (row: number) => (row % 1000 === 0 ? hashOf(row + 10) : row === 77_777 ? near : heavy);
    const sizes = await withKeyedRows({ folder, rows: heavyRows, keyWords: 4 }, async (rows) => {
      for (let row = 0; row < heavyRows; row++) rows.add(Uint32Array.of(row, ...keyOf(row)));
      const found: [size: number, key: string][] = [];
      await rows.eachRun((places, from, to) => {
        found.push([to - from, keyText(keyOf(places[from]!))]);
      }, never);
      return found;
    });
    expect(sizes.filter(([size]) => size > 1)).toEqual([[heavyRows - 451, keyText(heavy)]]);
    expect(sizes.find(([, key]) => key === keyText(near))).toEqual([1, keyText(near)]);
    const order = sizes.map(([, key]) => key);
    expect(order).toEqual([...order].sort());
  });

  it('say whether rows of one key differ in what stands beside it', async () => {
    const keys = Array.from({ length: 9000 }, (_, row) => hashOf(row % 3000));
    const others = keys.map((_, row) => (row % 3000 === 11 && row > 6000 ? 1 : 0));
    const mixed = (await runsOf(keys, others)).filter((run) => run.mixed);
    expect(mixed.map(({ rows }) => rows)).toEqual([[11, 3011, 6011]]);
    const alike = Array.from({ length: 100 }, () => hashOf(1));
    const lastDiffers = alike.map((_, row) => (row === 99 ? 2 : 1));
    expect((await runsOf(alike, lastDiffers))[0]).toMatchObject({ mixed: true });
    expect((await runsOf(alike, new Array(100).fill(1)))[0]).toMatchObject({ mixed: false });
  });

  it('leave no file behind, stop when they are told to, and say when the disk is full', async () => {
    const fill = (rows: KeyedRows) => {
      for (let row = 0; row < 9000; row++) rows.add(Uint32Array.of(row, ...hashOf(row)));
    };
    await withKeyedRows({ folder, rows: 9000, keyWords: 4 }, async (rows) => {
      fill(rows);
      expect(fs.readdirSync(folder)).toEqual([]);
      const stopped = rows.eachRun(() => {}, AbortSignal.abort());
      await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
    });
    vi.spyOn(fs, 'writeSync').mockImplementation(() => {
      throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
    });
    const full = withKeyedRows({ folder, rows: 9000, keyWords: 4 }, async (rows) => fill(rows));
    await expect(full).rejects.toMatchObject({ code: 'DISK_FULL' });
  });
});
