import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHashing } from '../../../native/hashing/blake3.ts';
import type { VersionFile } from '../../contract/datasets.contract.ts';
import type { Digest } from '../../contract/ids.ts';
import { isAbort } from '../../kernel/app-error.ts';
import { WorkspaceFolders } from '../../kernel/workspace-folders.ts';
import { createObjectStore, type ObjectStore } from '../../storage/object-store.ts';
import { type Checkouts, createCheckouts } from './checkout.ts';

const version = 'a'.repeat(64) as Digest;

let folder: string;
let folders: WorkspaceFolders;
let objects: ObjectStore;
/** How many objects were asked for, to be copied. */
let copies: number;
let checkouts: Checkouts;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-checkout-'));
  folders = new WorkspaceFolders(path.join(folder, 'workspace'));
  const store = createObjectStore(folders, createHashing());
  copies = 0;
  objects = {
    ...store,
    path(digest) {
      copies += 1;
      return store.path(digest);
    },
  };
  checkouts = createCheckouts(folders, objects);
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

async function put(files: Record<string, string>): Promise<VersionFile[]> {
  return Promise.all(
    Object.entries(files).map(async ([name, content]) => {
      const { digest, sizeBytes } = await objects.put({ bytes: Buffer.from(content) });
      return { path: name, digest, sizeBytes };
    }),
  );
}
const numbers = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`${n}.txt`, `no ${n}`]));
const mode = (filePath: string) => fs.statSync(filePath).mode & 0o777;
const beside = () => (fs.existsSync(folders.checkouts) ? fs.readdirSync(folders.checkouts) : []);

describe('the files of a version', () => {
  it('are written as a read-only folder of their own, never as links into the store', async () => {
    const files = await put({ 'train/cat/1.png': 'meow', 'labels.csv': 'a,b' });
    const at = await checkouts.ensure(version, files);
    expect(at).toBe(checkouts.path(version));
    expect(fs.readFileSync(path.join(at, 'train/cat/1.png'), 'utf8')).toBe('meow');
    expect(['', 'train', 'train/cat'].map((name) => mode(path.join(at, name)))).toEqual([
      0o555, 0o555, 0o555,
    ]);
    for (const file of files) {
      expect(mode(path.join(at, file.path))).toBe(0o444);
      expect(fs.lstatSync(path.join(at, file.path))).toMatchObject({ nlink: 1 });
      expect(fs.lstatSync(path.join(at, file.path)).ino).not.toBe(fs.statSync(objects.path(file.digest)).ino);
    }
    expect(beside()).toEqual([version]);
  });

  it('are written once, also for those who ask meanwhile, and all of them see the progress', async () => {
    const files = await put(numbers(50));
    const total = files.reduce((sum, file) => sum + file.sizeBytes, 0);
    const told: [number, number][][] = [[], []];
    const ask = (listener: [number, number][]) =>
      checkouts.ensure(version, files, { onProgress: (bytes, of) => listener.push([bytes, of]) });
    await Promise.all(told.map(ask));
    await checkouts.ensure(version, files);
    expect(copies).toBe(50);
    for (const listener of told) {
      expect(listener).toHaveLength(50);
      expect(listener.at(-1)).toEqual([total, total]);
    }
  });

  it('still come for the others when one gives up', async () => {
    const files = await put(numbers(50));
    const stop = new AbortController();
    const first = checkouts.ensure(version, files, { signal: stop.signal, onProgress: () => stop.abort() });
    const second = checkouts.ensure(version, files);
    expect(isAbort(await first.catch((error: unknown) => error))).toBe(true);
    expect(fs.readdirSync(await second)).toHaveLength(50);
    expect(copies).toBe(50);
  });

  it('leave nothing when all give up, and come whole when they are asked for again at once', async () => {
    const files = await put(numbers(200));
    const stop = new AbortController();
    const first = checkouts.ensure(version, files, { signal: stop.signal, onProgress: () => stop.abort() });
    const second = new Promise<string>((resolve, reject) =>
      stop.signal.addEventListener('abort', () => {
        expect(beside()).toEqual([`${version}.part`]);
        // After the one who gave up was counted out.
        setImmediate(() => checkouts.ensure(version, files).then(resolve, reject));
      }),
    );
    expect(isAbort(await first.catch((error: unknown) => error))).toBe(true);
    expect(fs.readdirSync(await second)).toHaveLength(200);
    await expect(checkouts.ensure(version, files, { signal: stop.signal })).rejects.toSatisfy(isAbort);
  });

  it('are not there at all if one is missing, damaged or would lie outside', async () => {
    const [file] = (await put({ x: 'x' })) as [VersionFile];
    const ensure = (changed: Partial<VersionFile>) =>
      checkouts.ensure(version, [file, { ...file, path: 'y', ...changed }]);
    await expect(ensure({ path: '../y' })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(ensure({ digest: 'b'.repeat(64) as Digest })).rejects.toMatchObject({
      code: 'STORAGE_FAILED',
    });
    await expect(ensure({ sizeBytes: 2 })).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    await expect(ensure({ path: 'x' })).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    await expect(ensure({ path: 'x/y' })).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    expect(beside()).toEqual([]);
  });
});

describe('folders that are there', () => {
  it('are listed and removed, read-only as they are', async () => {
    expect(await checkouts.list()).toEqual([]);
    const at = await checkouts.ensure(version, await put({ 'deep/er/x': 'x' }));
    expect(await checkouts.list()).toEqual([version]);
    await checkouts.remove(version);
    await checkouts.remove(version);
    expect(fs.existsSync(at)).toBe(false);
    expect(beside()).toEqual([]);
  });

  it('are not removed while they are made', async () => {
    const ensured = checkouts.ensure(version, await put({ x: 'x' }));
    await expect(checkouts.remove(version)).rejects.toMatchObject({ code: 'CONFLICT' });
    await ensured;
  });

  it('are whole or not there when the process that makes them is killed, and its remains are swept', async () => {
    const files = await put(numbers(20));
    const source = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);
    const program = `
      const fs = await import('node:fs');
      const stall = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      const { createCheckouts } = await import(${source('./checkout.ts')});
      const { createObjectStore } = await import(${source('../../storage/object-store.ts')});
      const { WorkspaceFolders } = await import(${source('../../kernel/workspace-folders.ts')});
      const folders = new WorkspaceFolders(${JSON.stringify(folders.root)});
      await createCheckouts(folders, createObjectStore(folders, undefined)).ensure(
        ${JSON.stringify(version)}, ${JSON.stringify(files)}, { onProgress: () => fs.writeSync(1, '.') && stall() });`;
    const child = spawn(process.execPath, ['--input-type=module', '-'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child.stdin.end(program);
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(beside()).toEqual([`${version}.part`]);
    expect(await checkouts.list()).toEqual([]);
    fs.mkdirSync(path.join(folders.checkouts, `${version}.0.gone`, 'x'), { recursive: true, mode: 0o555 });
    expect(await checkouts.sweep()).toBe(2);
    expect(beside()).toEqual([]);
    expect(fs.readdirSync(await checkouts.ensure(version, files))).toHaveLength(20);
    expect(await checkouts.sweep()).toBe(0);
  });
});
