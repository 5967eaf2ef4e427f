import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type MemoryDataStore, memoryDataStore } from '../../../test/support/memory-data-store.ts';
import type { Digest } from '../../contract/ids.ts';
import { isAbort } from '../../kernel/app-error.ts';
import { WorkspaceFolders } from '../../kernel/workspace-folders.ts';
import { type Checkouts, createCheckouts } from './checkout.ts';

let folder: string;
let folders: WorkspaceFolders;
let store: MemoryDataStore;
/** How often the store was asked to write files. */
let checkoutsMade: number;
let checkouts: Checkouts;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-checkout-'));
  folders = new WorkspaceFolders(path.join(folder, 'workspace'));
  store = memoryDataStore();
  checkoutsMade = 0;
  checkouts = createCheckouts(folders, {
    checkout(request, options) {
      checkoutsMade += 1;
      return store.checkout(request, options);
    },
  });
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

/** The digest of a version of such files. */
async function put(files: Record<string, string>): Promise<Digest> {
  const listed = await Promise.all(
    Object.entries(files).map(async ([name, content]) => {
      const bytes = Buffer.from(content);
      return { path: name, digest: await store.put(bytes), sizeBytes: bytes.length, mode: 0o644 };
    }),
  );
  return (await store.putManifest(listed)).manifest;
}
const numbers = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`${n}.txt`, `no ${n}`]));
const mode = (filePath: string) => fs.statSync(filePath).mode & 0o777;
const beside = () => (fs.existsSync(folders.checkouts) ? fs.readdirSync(folders.checkouts) : []);

describe('the files of a version', () => {
  it('are written as a read-only folder of their own', async () => {
    const version = await put({ 'train/cat/1.png': 'meow', 'labels.csv': 'a,b' });
    const at = await checkouts.ensure(version);
    expect(at).toBe(checkouts.path(version));
    expect(fs.readFileSync(path.join(at, 'train/cat/1.png'), 'utf8')).toBe('meow');
    expect(['', 'train', 'train/cat'].map((name) => mode(path.join(at, name)))).toEqual([
      0o555, 0o555, 0o555,
    ]);
    expect(mode(path.join(at, 'labels.csv'))).toBe(0o444);
    expect(beside()).toEqual([version]);
  });

  it('are written once, also for those who ask meanwhile, and all of them see the progress', async () => {
    const version = await put(numbers(50));
    const total = Object.values(numbers(50)).join('').length;
    const told: [number, number][][] = [[], []];
    const ask = (listener: [number, number][]) =>
      checkouts.ensure(version, { onProgress: (bytes, of) => listener.push([bytes, of]) });
    await Promise.all(told.map(ask));
    await checkouts.ensure(version);
    expect(checkoutsMade).toBe(1);
    for (const listener of told) expect(listener.at(-1)).toEqual([total, total]);
  });

  it('still come for the others when one gives up', async () => {
    const version = await put(numbers(50));
    const stop = new AbortController();
    const first = checkouts.ensure(version, { signal: stop.signal, onProgress: () => stop.abort() });
    const second = checkouts.ensure(version);
    expect(isAbort(await first.catch((error: unknown) => error))).toBe(true);
    expect(fs.readdirSync(await second)).toHaveLength(50);
    expect(checkoutsMade).toBe(1);
  });

  it('leave nothing when all give up, and come whole when they are asked for again at once', async () => {
    const version = await put(numbers(200));
    const stop = new AbortController();
    const first = checkouts.ensure(version, { signal: stop.signal, onProgress: () => stop.abort() });
    const second = new Promise<string>((resolve, reject) =>
      stop.signal.addEventListener('abort', () => {
        expect(beside()).toEqual([`${version}.part`]);
        // After the one who gave up was counted out.
        setImmediate(() => checkouts.ensure(version).then(resolve, reject));
      }),
    );
    expect(isAbort(await first.catch((error: unknown) => error))).toBe(true);
    expect(fs.readdirSync(await second)).toHaveLength(200);
    await expect(checkouts.ensure(version, { signal: stop.signal })).rejects.toSatisfy(isAbort);
  });

  it('are not there at all if one of them is damaged', async () => {
    const version = await put({ x: 'x', y: 'y' });
    store.damage(await store.put(Buffer.from('y')));
    await expect(checkouts.ensure(version)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    expect(beside()).toEqual([]);
  });
});

describe('folders that are there', () => {
  it('are listed and removed, read-only as they are', async () => {
    expect(await checkouts.list()).toEqual([]);
    const version = await put({ 'deep/er/x': 'x' });
    expect(checkouts.find(version)).toBeNull();
    const at = await checkouts.ensure(version);
    expect(checkouts.find(version)).toBe(at);
    expect(await checkouts.list()).toEqual([version]);
    await checkouts.remove(version);
    await checkouts.remove(version);
    expect(fs.existsSync(at)).toBe(false);
    expect(beside()).toEqual([]);
  });

  it('are not removed while they are made', async () => {
    const version = await put({ x: 'x' });
    const ensured = checkouts.ensure(version);
    await expect(checkouts.remove(version)).rejects.toMatchObject({ code: 'CONFLICT' });
    await ensured;
  });

  it('are whole or not there when the process that makes them is killed, and its remains are swept', async () => {
    const version = await put(numbers(20));
    const source = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);
    const program = `
      const fs = await import('node:fs');
      const stall = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      const { createCheckouts } = await import(${source('./checkout.ts')});
      const { memoryDataStore } = await import(${source('../../../test/support/memory-data-store.ts')});
      const { WorkspaceFolders } = await import(${source('../../kernel/workspace-folders.ts')});
      const store = memoryDataStore();
      const files = [];
      for (const [path, content] of Object.entries(${JSON.stringify(numbers(20))})) {
        const bytes = Buffer.from(content);
        files.push({ path, digest: await store.put(bytes), sizeBytes: bytes.length, mode: 0o644 });
      }
      const { manifest } = await store.putManifest(files);
      await createCheckouts(new WorkspaceFolders(${JSON.stringify(folders.root)}), store).ensure(manifest, {
        onProgress: () => fs.writeSync(1, manifest) && stall() });`;
    const child = spawn(process.execPath, ['--input-type=module', '-'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child.stdin.end(program);
    const [made] = await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(String(made)).toBe(version);
    expect(beside()).toEqual([`${version}.part`]);
    expect(await checkouts.list()).toEqual([]);
    fs.mkdirSync(path.join(folders.checkouts, `${version}.0.gone`, 'x'), { recursive: true, mode: 0o555 });
    expect(await checkouts.sweep()).toBe(2);
    expect(beside()).toEqual([]);
    expect(fs.readdirSync(await checkouts.ensure(version))).toHaveLength(20);
    expect(await checkouts.sweep()).toBe(0);
  });
});
