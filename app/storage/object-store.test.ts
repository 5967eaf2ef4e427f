import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHashing } from '../../native/hashing/blake3.ts';
import type { Digest } from '../contract/ids.ts';
import { WorkspaceFolders } from '../kernel/workspace-folders.ts';
import { createObjectStore, type ObjectStore } from './object-store.ts';

let folder: string;
let folders: WorkspaceFolders;
let objects: ObjectStore;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-objects-'));
  folders = new WorkspaceFolders(path.join(folder, 'workspace'));
  objects = createObjectStore(folders, createHashing());
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string | Uint8Array): string {
  const filePath = path.join(folder, name);
  fs.writeFileSync(filePath, content);
  return filePath;
}
const big = () => Buffer.alloc(5_000_000, 'lathe ');
const visible = () =>
  fs.existsSync(folders.objects)
    ? fs.readdirSync(folders.objects, { recursive: true }).filter((name) => !/^..$/.test(String(name)))
    : [];

describe('content that is put', () => {
  it('is found by its digest, whole, read-only, and from any offset', async () => {
    const { digest, sizeBytes, existed } = await objects.put({ path: file('a', big()) });
    expect([sizeBytes, existed, objects.has(digest), objects.size(digest)]).toEqual([
      5_000_000,
      false,
      true,
      5_000_000,
    ]);
    expect(digest).toBe(createHashing().ofBytes(big()));
    expect(fs.statSync(objects.path(digest)).mode & 0o777).toBe(0o444);
    expect(Buffer.from(await objects.read(digest, 4_999_998, 100)).toString()).toBe(
      big().subarray(-2).toString(),
    );
    expect(await objects.verify(digest)).toBe(true);
  });

  it('is stored once, from a file or from bytes, and also when two put it at once', async () => {
    const source = file('a', big());
    const [first, second] = await Promise.all([objects.put({ path: source }), objects.put({ path: source })]);
    expect(second.digest).toBe(first.digest);
    expect((await objects.put({ bytes: big() })).existed).toBe(true);
    expect(visible()).toHaveLength(1);
  });

  it('may be nothing at all', async () => {
    const { digest, sizeBytes } = await objects.put({ path: file('empty', '') });
    expect(sizeBytes).toBe(0);
    expect(await objects.verify(digest)).toBe(true);
  });

  it('is known to be damaged when one bit flips, and known to be missing', async () => {
    const { digest } = await objects.put({ bytes: Buffer.from('precious') });
    fs.chmodSync(objects.path(digest), 0o644);
    fs.writeFileSync(objects.path(digest), 'preciour');
    expect(await objects.verify(digest)).toBe(false);
    const absent = 'a'.repeat(64) as Digest;
    expect(await objects.verify(absent)).toBe(false);
    await expect(objects.read(absent, 0, 1)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  });
});

describe('a source that cannot be stored', () => {
  it('is refused if it is not there', async () => {
    await expect(objects.put({ path: path.join(folder, 'none') })).rejects.toMatchObject({
      code: 'PATH_NOT_FOUND',
    });
  });

  it('is refused if it is a link, a folder, a pipe, a socket or a device', async () => {
    fs.symlinkSync(file('target', 'x'), path.join(folder, 'link'));
    execFileSync('mkfifo', [path.join(folder, 'pipe')]);
    const server = net.createServer().listen(path.join(folder, 'socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    for (const name of ['link', '.', 'pipe', 'socket']) {
      await expect(objects.put({ path: path.join(folder, name) }), name).rejects.toMatchObject({
        code: 'PATH_UNREADABLE',
      });
    }
    await expect(objects.put({ path: '/dev/zero' })).rejects.toMatchObject({ code: 'PATH_UNREADABLE' });
    server.close();
  });

  it('is refused, by name, if it changes while it is read', async () => {
    const source = file('log', big());
    const putting = objects.put({ path: source }, { onBytes: () => fs.appendFileSync(source, 'more') });
    await expect(putting).rejects.toMatchObject({ code: 'CONFLICT', details: { path: source } });
    expect(visible()).toEqual([]);
  });

  it('leaves nothing behind when it is cancelled half-way', async () => {
    const abort = new AbortController();
    const putting = objects.put(
      { path: file('a', big()) },
      { signal: abort.signal, onBytes: () => abort.abort() },
    );
    await expect(putting).rejects.toMatchObject({ name: 'AbortError' });
    expect(visible()).toEqual([]);
  });
});

describe('a put whose process is killed half-way', () => {
  it('leaves nothing visible, and the sweep removes its temporary file', async () => {
    const source = file('large', Buffer.alloc(64_000_000, 1));
    const here = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);
    const child: ChildProcess = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `const { createObjectStore } = await import(${here('./object-store.ts')});
         const { createHashing } = await import(${here('../../native/hashing/blake3.ts')});
         const { WorkspaceFolders } = await import(${here('../kernel/workspace-folders.ts')});
         let taken = 0;
         await createObjectStore(new WorkspaceFolders(${JSON.stringify(folders.root)}), createHashing()).put(
           { path: ${JSON.stringify(source)} },
           { onBytes: (bytes) => { if ((taken += bytes) > 32_000_000) process.kill(process.pid, 'SIGKILL'); } });`,
      ],
      { stdio: 'inherit' },
    );
    const signal = await new Promise((resolve) => child.once('exit', (_code, by) => resolve(by)));
    expect(signal).toBe('SIGKILL');
    expect(visible()).toEqual([expect.stringMatching(/[.]part$/)]);
    expect(await objects.sweep()).toBe(1);
    expect(visible()).toEqual([]);
  });
});

describe('a full disk', () => {
  const mounted = path.join(os.tmpdir(), `lathe-full-${process.pid}`);
  const canMount = (() => {
    try {
      fs.mkdirSync(mounted, { recursive: true });
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', mounted], { stdio: 'ignore' });
      execFileSync('umount', [mounted]);
      return true;
    } catch {
      console.warn('skipped: a small tmpfs cannot be mounted here, so a full disk is not tested');
      return false;
    } finally {
      fs.rmSync(mounted, { recursive: true, force: true });
    }
  })();

  it.skipIf(!canMount)('is said in those words, harms nothing and can be tried again', async () => {
    fs.mkdirSync(mounted, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', mounted]);
    try {
      const small = createObjectStore(new WorkspaceFolders(mounted), createHashing());
      const kept = await small.put({ bytes: Buffer.from('kept') });
      await expect(small.put({ path: file('a', big()) })).rejects.toMatchObject({ code: 'DISK_FULL' });
      expect(await small.verify(kept.digest)).toBe(true);
      expect((await small.put({ bytes: Buffer.from('more') })).existed).toBe(false);
    } finally {
      execFileSync('umount', [mounted]);
      fs.rmSync(mounted, { recursive: true, force: true });
    }
  });
});
