import { execFile, execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AppError } from '../../app/kernel/app-error.ts';
import { filesBelow, noise, type TestStore, testStore } from '../support/data-stores.ts';
import { type StoreOutcome, storeProgram } from '../support/store-program.ts';
import { differences, faultsOf, readVersion } from '../support/store-worlds.ts';
import { startInterrupted, straceFault } from '../support/strace.ts';

let at: TestStore;
beforeEach(() => {
  at = testStore();
});
afterEach(() => at.remove());

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;
if (!isRoot) console.warn('skipped: devices, and files that another user may not read (needs root)');

async function refused(folder: string, code: string, names: string): Promise<void> {
  const packs = fs.existsSync(at.packs) ? fs.readdirSync(at.packs) : [];
  await expect(at.take(folder)).rejects.toMatchObject({ code, message: expect.stringContaining(names) });
  expect(fs.readdirSync(at.packs)).toEqual(packs);
}

describe('a tree with things that no version can hold', { timeout: 60_000 }, () => {
  const odd: Record<string, (file: string) => void> = {
    'a symbolic link': (file) => fs.symlinkSync('/etc/passwd', file),
    'a link to nothing': (file) => fs.symlinkSync('/nowhere', file),
    'a link to a folder': (file) => fs.symlinkSync('..', file),
    'a pipe': (file) => execFileSync('mkfifo', [file]),
    ...(isRoot && { 'a device': (file: string) => execFileSync('mknod', [file, 'c', '1', '3']) }),
  };
  it.each(Object.entries(odd))('names %s and takes nothing', async (_what, make) => {
    const folder = at.write('source', { 'a/good': 'x', 'z/last': 'y' });
    make(path.join(folder, 'a/odd'));
    await refused(folder, 'PATH_UNREADABLE', 'a/odd');
    fs.rmSync(path.join(folder, 'a/odd'));
    expect(await readVersion(at, (await at.take(folder)).manifest)).toEqual({
      'a/good': Buffer.from('x'),
      'z/last': Buffer.from('y'),
    });
  });

  it('names a socket', async () => {
    const folder = at.write('source', { good: 'x' });
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(path.join(folder, 'odd'), resolve));
    await refused(folder, 'PATH_UNREADABLE', 'odd');
    await new Promise((resolve) => server.close(resolve));
  });

  it('names a file whose name is not UTF-8', async () => {
    const folder = at.write('source', { good: 'x' });
    fs.writeFileSync(Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.from([0xe9])]), 'x');
    await refused(folder, 'PATH_UNREADABLE', 'caf');
  });

  it.skipIf(!isRoot)('names a file and a folder that this user may not read', async () => {
    for (const hidden of ['file', 'folder']) {
      const folder = at.write(`source-${hidden}`, { good: 'x', 'hidden/deep': 'z' });
      const target = path.join(folder, hidden === 'file' ? 'hidden/deep' : 'hidden');
      fs.chmodSync(target, 0);
      const nobody = 65_534;
      const theirs = path.join(at.folder, `theirs-${hidden}`);
      fs.mkdirSync(theirs);
      fs.chownSync(theirs, nobody, nobody);
      fs.chmodSync(at.folder, 0o755);
      const words = storeProgram(theirs, { do: 'take', source: folder, memory: null });
      const as = ['--reuid', String(nobody), '--regid', String(nobody), '--clear-groups'];
      const { stdout } = await run('setpriv', [...as, process.execPath, ...words]).catch((error) => error);
      expect(JSON.parse(stdout)).toMatchObject({
        failed: { code: 'PATH_UNREADABLE', message: expect.stringContaining(target) },
      });
    }
  });

  it('refuses the workspace, what holds it and its objects, also through a link', async () => {
    const inside = at.write('workspace/cache', { x: 'x' });
    expect((await at.take(inside)).files).toBeGreaterThan(0);
    fs.symlinkSync(at.folder, path.join(path.dirname(at.folder), `${path.basename(at.folder)}-link`));
    const link = `${at.folder}-link`;
    try {
      for (const folder of [
        at.folder,
        at.workspace,
        path.join(at.workspace, 'objects'),
        `${link}/workspace`,
      ]) {
        await expect(at.take(folder)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
      }
    } finally {
      fs.rmSync(link);
    }
  });

  it('refuses names that climb, and tells of a folder without files', async () => {
    const digest = await at.store.put(Buffer.from('x'));
    for (const name of ['../x', '/x', 'a/../../x', 'a//b', './x', 'a\\b', 'C:x', 'a\0b', '']) {
      const file = { path: name, sizeBytes: 1, digest, mode: 0o644 };
      await expect(at.store.putManifest([file])).rejects.toMatchObject({ code: 'INVALID_INPUT' });
      await expect(
        at.store.storeTree({
          sources: [{ path: path.join(at.write('one', { file: 'x' }), 'file'), name }],
          memory: null,
          rehash: false,
        }),
      ).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    }
    fs.mkdirSync(at.path('nothing/at/all'), { recursive: true });
    await expect(at.take(at.path('nothing'))).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});

describe('a tree with unusual files', { timeout: 60_000 }, () => {
  it('comes back as it was: empty files, holes, names that differ in capitals only, names of every kind', async () => {
    const files: Record<string, Buffer> = {
      empty: Buffer.alloc(0),
      'Read.me': Buffer.from('1'),
      'read.me': Buffer.from('2'),
      'with space/new\nline': Buffer.from('3'),
      '-rf': Buffer.from('4'),
      'π/日本語/🙂': Buffer.from('5'),
      'quote"and,{"path":"x': Buffer.from('6'),
      [`${'long'.repeat(60)}/${'name'.repeat(60)}`]: Buffer.from('7'),
    };
    const folder = at.write('source', files);
    fs.mkdirSync(path.join(folder, 'an empty folder'));
    fs.truncateSync(path.join(folder, 'empty'), 0);
    const holes = fs.openSync(path.join(folder, 'holes'), 'w');
    fs.ftruncateSync(holes, 40_000_000);
    fs.writeSync(holes, Buffer.from('x'), 0, 1, 33_000_000);
    fs.closeSync(holes);
    const taken = await at.take(folder);
    expect(taken.addedBytes).toBeLessThan(1_000_000);
    const out = at.path('out');
    await at.store.checkout({ manifest: taken.manifest, folder: out, sealed: false, existing: 'refuse' });
    expect(differences(out, filesBelow(folder))).toEqual([]);
  });

  it('may have paths as long as the system has, and is named where they are longer', async () => {
    const folder = at.write('source', { good: 'x' });
    const part = 'd'.repeat(200);
    const depth = Math.floor((4095 - folder.length - 10) / 201);
    const grow = (levels: number) =>
      execFileSync('bash', [
        '-c',
        `cd "$1" && for level in $(seq ${levels}); do mkdir -p ${part} && cd ${part}; done && echo deep > file`,
        'bash',
        folder,
      ]);
    grow(depth);
    expect((await at.take(folder)).files).toBe(2);
    grow(depth + 3);
    const ended = await at.take(folder).catch((error: AppError) => error);
    execFileSync('rm', ['-rf', folder]);
    expect(ended).toMatchObject({
      code: 'PATH_UNREADABLE',
      nextStep: expect.stringContaining('further down'),
    });
  });
});

/** Whether a process that strace runs has a file open. */
async function untilOpen(strace: number, file: string): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    const children = fs.readFileSync(`/proc/${strace}/task/${strace}/children`, 'utf8').split(' ');
    for (const child of children.filter(Boolean)) {
      const fds = fs.readdirSync(`/proc/${child}/fd`).map((fd) => {
        try {
          return fs.readlinkSync(`/proc/${child}/fd/${fd}`);
        } catch {
          return '';
        }
      });
      if (fds.includes(file)) return;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nobody opened ${file}`);
}

const fault = straceFault();

describe.skipIf(fault !== null)('a file that changes while it is read', { timeout: 120_000 }, () => {
  const content = noise(6_000_000);
  it.each([
    ['grows', (file: string) => fs.appendFileSync(file, 'more')],
    ['shrinks', (file: string) => fs.truncateSync(file, 5_000_000)],
    ['is written over', (file: string) => fs.writeFileSync(file, noise(6_000_000, 9))],
    [
      'is written over and touched back in time',
      (file: string) => {
        const { atime, mtime } = fs.statSync(file);
        const fd = fs.openSync(file, 'r+');
        fs.writeSync(fd, Buffer.from('changed'), 0, 7, 100);
        fs.closeSync(fd);
        fs.utimesSync(file, atime, mtime);
      },
    ],
    [
      'is replaced',
      (file: string) => {
        fs.writeFileSync(`${file}.new`, noise(6_000_000, 8));
        fs.renameSync(`${file}.new`, file);
      },
    ],
    ['is removed', (file: string) => fs.rmSync(file)],
  ])('and %s is told of; nothing of it becomes visible', async (_how, change) => {
    const before = await at.take(at.write('before', { known: 'x' }));
    const folder = at.write('source', { 'a/first': 'x', big: content });
    const file = path.join(folder, 'big');
    await at.store.close();
    const { child, finished } = startInterrupted(
      { calls: ['read', 'pread64'], number: 2, by: { holdSeconds: 3 }, paths: [file] },
      storeProgram(at.folder, { do: 'take', source: folder, memory: 'source' }),
    );
    await untilOpen(child.pid!, file);
    change(file);
    const ended = await finished;
    at = testStore(at.folder);
    const outcome = JSON.parse(ended.stdout) as StoreOutcome;
    expect(outcome).toMatchObject({
      failed: { code: 'CONFLICT', message: expect.stringContaining('changed while it was read') },
    });
    expect(await faultsOf(at, new Map([[before.manifest, { known: Buffer.from('x') }]]))).toEqual([]);
    const after = await at.take(folder, { memory: 'source' });
    expect(await readVersion(at, after.manifest)).toEqual(filesBelow(folder));
  });
});

describe('a file that looks as it did', { timeout: 240_000 }, () => {
  const keepTimes = (file: string, write: () => void) => {
    const { atime, mtime } = fs.statSync(file);
    write();
    fs.utimesSync(file, atime, mtime);
  };

  it('is read again where it changed just after it was read', async () => {
    const folder = at.write('source', { file: 'aaaa', other: 'x' });
    const file = path.join(folder, 'file');
    for (let round = 0; round < 15; round++) {
      const bytes = Buffer.from(`${1000 + round}`);
      keepTimes(file, () => fs.writeFileSync(file, bytes));
      const { manifest } = await at.take(folder, { memory: 'source' });
      expect((await readVersion(at, manifest)).file).toEqual(bytes);
    }
  });

  it.each([
    ['in the year 2100', 4_102_444_800],
    ['before 1970', -86_400 * 365],
    ['at the very beginning', 0],
  ])('is read again where it is dated %s', async (_when, seconds) => {
    const folder = at.write('source', { file: 'aaaa' });
    const file = path.join(folder, 'file');
    fs.utimesSync(file, seconds, seconds);
    await new Promise((resolve) => setTimeout(resolve, 2200));
    const first = await at.take(folder, { memory: 'source' });
    expect((await at.take(folder, { memory: 'source' })).manifest).toBe(first.manifest);
    fs.writeFileSync(file, 'bbbb');
    fs.utimesSync(file, seconds, seconds);
    const { manifest } = await at.take(folder, { memory: 'source' });
    expect((await readVersion(at, manifest)).file!.toString()).toBe('bbbb');
  });

  it('is read again whatever this machine took for the time, then and now', async () => {
    const folder = at.write('source', { file: '0000' });
    const file = path.join(folder, 'file');
    await at.store.close();
    const dayMs = 86_400_000;
    const clock = path.join(import.meta.dirname, '../support/shifted-clock.mjs');
    let number = 0;
    for (const aheadMs of [0, -dayMs, dayMs, -10 * dayMs, 10 * dayMs, 0]) {
      number++;
      keepTimes(file, () => fs.writeFileSync(file, `${1000 + number}`));
      const child = spawn(
        process.execPath,
        ['--import', clock, ...storeProgram(at.folder, { do: 'take', source: folder, memory: 'source' })],
        {
          env: { ...process.env, LATHE_TEST_CLOCK_MS: String(aheadMs) },
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      );
      let stdout = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        stdout += text;
      });
      await new Promise((resolve) => child.once('close', resolve));
      const { done } = JSON.parse(stdout) as { done: { manifest: Parameters<typeof readVersion>[1] } };
      const opened = testStore(at.folder);
      const found = await readVersion(opened, done.manifest);
      await opened.store.close();
      expect([aheadMs, found.file!.toString()]).toEqual([aheadMs, `${1000 + number}`]);
    }
    at = testStore(at.folder);
  });

  it('is garbage no longer than its grace, although a clock was wrong when it became so', async () => {
    const { manifest } = await at.take(at.write('source', { file: noise(50_000) }));
    const collect = (graceMs: number) =>
      at.store.collect({ roots: { manifests: [], contents: [] }, graceMs, dryRun: false });
    await collect(60_000);
    // As if it had been noted in the year 2100.
    await at.store.close();
    const { default: SqliteDatabase } = await import('better-sqlite3');
    const index = new SqliteDatabase(path.join(at.workspace, 'objects/index.db'));
    index.prepare('UPDATE unreferenced SET since_ms = 4102444800000').run();
    index.close();
    at = testStore(at.folder);
    expect((await collect(60_000)).freedBytes).toBe(0);
    expect((await collect(0)).freedBytes).toBeGreaterThan(50_000);
    expect(await at.store.has(manifest)).toBe(false);
  });
});
