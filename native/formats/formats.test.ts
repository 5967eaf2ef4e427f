import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack as archive } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createFormats, type Formats } from './formats.ts';
import { formatsFor, threadFormats } from './registry.ts';

const anyTable = { convert: () => Promise.reject(new Error('no table is asked for')) };

/** Threads that this one has started and that have not ended. */
const threads = () => (process.report.getReport() as { workers: readonly unknown[] }).workers.length;

describe('the thread that reads formats', () => {
  let folder: string;
  let formats: Formats;
  const files = (...names: string[]) =>
    names.map((name) => ({ path: path.join(folder, name), name, sizeBytes: 1 }));
  const recognised = async (...names: string[]) => {
    const given = files(...names);
    for (const { name, recognise } of formats.formats) if (await recognise(given)) return name;
    return null;
  };

  beforeAll(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-formats-'));
    formats = createFormats({ tables: anyTable });
  });
  afterAll(async () => {
    await formats.close();
    fs.rmSync(folder, { recursive: true });
  });

  it('does not start for files that none of its formats has', async () => {
    const before = threads();
    expect(await recognised('a.csv', 'b.jpg', 'c.f32', 'd.jsonl')).toBe(null);
    expect(await recognised()).toBe(null);
    expect(threads()).toBe(before);
  });

  it('starts for files that may be of one, ends when nobody asks it, and starts anew', async () => {
    const before = threads();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      expect(await recognised('a.jpg', 'b.png')).toBe('images');
      expect(threads()).toBe(before + 1);
      vi.advanceTimersByTime(60_000);
    } finally {
      vi.useRealTimers();
    }
    await vi.waitFor(() => expect(threads()).toBe(before), { timeout: 30_000 });
    expect(await recognised('a.tar')).toBe('webdataset');
  });

  it('takes compressed archives for shards only if they begin with a sample', async () => {
    const pack = async (name: string, ...members: string[]) => {
      const tar = archive();
      for (const member of members) tar.entry({ name: member }, 'content');
      tar.finalize();
      fs.writeFileSync(path.join(folder, name), gzipSync(await buffer(tar)));
    };
    await pack('samples.tar.gz', 'a/1.jpg', 'a/1.cls', 'a/2.jpg');
    await pack('program.tar.gz', 'tool/README.md', 'tool/setup.py');
    await pack('batches.tgz', 'batch_1', 'batch_2');
    fs.writeFileSync(path.join(folder, 'broken.tgz'), 'nothing of that kind');
    expect(await recognised('samples.tar.gz')).toBe('webdataset');
    for (const name of ['program.tar.gz', 'batches.tgz', 'broken.tgz']) {
      expect(await recognised(name)).toBe(null);
    }
  });
});

describe('the registry of formats', () => {
  it('loads drivers by the names that it lists', async () => {
    for (const { name, load } of threadFormats) expect((await load()).name).toBe(name);
  });

  it('asks only formats that files with such extensions may have', () => {
    const names = (...extensions: string[]) => formatsFor(new Set(extensions)).map(({ name }) => name);
    expect(names('json', 'png')).toEqual(['croissant', 'coco']);
    expect(names('png', 'txt', 'yaml')).toEqual(['yolo']);
    expect(names('tar', 'gz')).toEqual(['webdataset']);
    expect(names('csv', 'npy')).toEqual([]);
    expect(names()).toEqual([]);
  });
});
