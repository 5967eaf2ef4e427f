import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FileServer } from '../../../test/support/file-server.ts';
import type {
  FolderPage,
  ImportResult,
  VerifyResult,
  VersionDiff,
} from '../../contract/datasets.contract.ts';
import { compose } from '../compose.ts';
import { createNodeWorkers } from '../node-workers.ts';
import { inProcessClient } from '../transports/clients.ts';
import type { Cli } from './cli.ts';
import { sourceOf } from './data-import-source.ts';
import { runCli } from './program.ts';

/** Commands over a whole core in a workspace of the test's own. */
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-data-cli-'));
let application: Awaited<ReturnType<typeof compose>>;

beforeAll(async () => {
  application = await compose({
    workspace: path.join(folder, 'workspace'),
    host: 'node',
    workers: createNodeWorkers(),
    desktop: null,
    restoreEndpoints: false,
  });
}, 120_000);
afterAll(async () => {
  await application.close();
  fs.rmSync(folder, { recursive: true, force: true });
});
afterEach(() => fs.rmSync(path.join(folder, 'set'), { recursive: true, force: true }));

function write(name: string, content: string): void {
  fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  fs.writeFileSync(path.join(folder, name), content);
}

async function lathe(...argv: string[]) {
  let [stdout, stderr] = ['', ''];
  const exitCode = await runCli(argv, {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    env: {},
    folder,
    openSession: async () => ({
      client: inProcessClient(application.router, application.core.log),
      owner: 'attached',
      busy: () => false,
      close: async () => {},
    }),
    serve: async () => {
      throw new Error('not here');
    },
    interrupted: new AbortController().signal,
  });
  return { exitCode, stdout, stderr };
}
async function json<Result>(...argv: string[]): Promise<Result> {
  const { exitCode, stdout } = await lathe(...argv, '--json');
  expect([exitCode, stdout.trimEnd().split('\n').length]).toEqual([0, 1]);
  return JSON.parse(stdout) as Result;
}

describe('lathe data', () => {
  it('imports, names, compares, writes out, checks, deletes and brings back versions', async () => {
    write('set/a.txt', 'a');
    write('set/b/c.txt', 'c');
    const first = await json<ImportResult>(
      'data',
      'import',
      'set',
      'set',
      '-m',
      'first',
      '--tag',
      'quality=gold',
      '--alias',
      'good',
    );
    expect(first).toMatchObject({
      reused: false,
      version: { version: 1, message: 'first', tags: { quality: 'gold' } },
    });
    expect((await lathe('data', 'import', 'set', 'set')).stdout).toContain('Unchanged: this is set@1');
    fs.renameSync(path.join(folder, 'set/a.txt'), path.join(folder, 'set/z.txt'));
    write('set/b/d.txt', 'd');
    await json('data', 'import', 'set', 'set', '--author', 'grace');

    const log = (await lathe('data', 'log', 'set')).stdout;
    expect(log).toMatch(/v2 .*grace/);
    expect(log).toMatch(/v1 .*good.*first/);
    expect((await lathe('data', 'show', 'set@good')).stdout).toContain('tags: quality=gold');
    expect((await lathe('data', 'files', 'set', '--prefix', 'b/', '--limit', '1')).stdout).toContain(
      '1 of 2 files',
    );
    const diff = await json<VersionDiff>('data', 'diff', 'set@good', 'set');
    expect(diff.counts).toEqual({ added: 1, removed: 0, changed: 0, renamed: 1 });
    const words = (await lathe('data', 'diff', 'set')).stdout;
    expect(words).toContain('set@1 → set@2: 1 added, 0 removed, 0 changed, 1 renamed');
    expect(words).toContain('a.txt → z.txt');

    expect((await json<VersionDiff>('data', 'diff', 'set', '--from', '1')).added).toEqual([]);
    const inFolder = await lathe('data', 'files', 'set', '--folder', 'b');
    expect(inFolder.stdout).toMatch(/NAME.*\n.*c\.txt/);
    const root = await json<FolderPage>('data', 'files', 'set', '--folder', '--sort', 'size');
    expect(root.entries[0]).toMatchObject({ kind: 'folder', path: 'b/', files: 2 });
    expect((await lathe('data', 'files', 'set', '--folder', 'none')).exitCode).toBe(4);

    expect((await lathe('data', 'checkout', 'set@good', 'out')).stdout).toContain('2 files written (2 B)');
    expect(fs.readFileSync(path.join(folder, 'out/b/c.txt'), 'utf8')).toBe('c');
    expect((await lathe('data', 'checkout', 'set', 'out')).stdout).toMatch(
      /2 files written .*1 as they were, 1 removed/,
    );
    expect(await json<VerifyResult>('data', 'verify')).toMatchObject({ versions: 2, damaged: [] });

    expect((await lathe('data', 'tag', 'set', 'final', 'lab=7')).stdout).toBe('set@2: final, lab=7\n');
    expect((await lathe('data', 'tag', 'set', 'final', '--remove')).stdout).toBe('set@2: lab=7\n');
    expect((await lathe('data', 'delete', 'set@good')).exitCode).toBe(5);
    expect((await lathe('data', 'alias', 'set', 'good')).stdout).toBe('set@good is now v2.\n');
    const deleted = await json<{ id: string }>('data', 'delete', 'set@1');
    expect((await lathe('data', 'show', 'set@1')).exitCode).toBe(4);
    expect((await lathe('data', 'restore', deleted.id)).stdout).toBe('set@1 is back.\n');
    expect((await lathe('data', 'restore', '0'.repeat(32))).exitCode).toBe(4);
    const gone = await json<{ id: string }>('data', 'delete', 'set');
    expect((await lathe('data', 'restore', gone.id)).stdout).toBe('set is back, with 2 versions.\n');
    expect((await lathe('data', 'lineage', 'set@1')).stdout).toContain('imported: dataset set@v1 (2 files)');
  }, 120_000);

  it('says once from which host it fetches', async () => {
    const server = await new FileServer().start();
    try {
      server.files.set('/far.csv', { content: Buffer.from('x\n1\n') });
      const { exitCode, stderr } = await lathe('data', 'import', 'far', '--url', server.url('/far.csv'));
      expect([exitCode, stderr.split(`Fetching from ${new URL(server.url('/')).host}`).length - 1]).toEqual([
        0, 1,
      ]);
    } finally {
      await server.close();
    }
  }, 60_000);

  it('fails in words and with the code of the fault', async () => {
    const missing = await lathe('data', 'import', 'set', 'not-there.csv');
    expect([missing.exitCode, missing.stderr]).toEqual([4, expect.stringContaining('not-there.csv')]);
    write('bad/bad.csv', 'a,b\n1,2\n3\n');
    const bad = await lathe('data', 'import', 'bad', 'bad/bad.csv', '--json');
    expect(JSON.parse(bad.stdout).error).toMatchObject({ code: 'DATA_MALFORMED' });
    expect(bad.exitCode).toBe(8);
  }, 60_000);
});

describe('where data comes from', () => {
  const cli = { path: (typed: string) => path.join('/here', typed) } as Cli;

  it('is told by paths, a pattern, or one of the options', () => {
    expect(sourceOf(cli, ['a.csv', 'b'], {})).toEqual({ kind: 'paths', paths: ['/here/a.csv', '/here/b'] });
    expect(sourceOf(cli, ['2024-*.csv'], {})).toEqual({ kind: 'glob', pattern: '/here/2024-*.csv' });
    expect(sourceOf(cli, [], { url: 'http://127.0.0.1/a.csv', digest: 'sha256:0' })).toMatchObject({
      kind: 'url',
      digest: 'sha256:0',
      name: null,
    });
    expect(sourceOf(cli, [], { s3: 's3://lab/train/images/', credential: 'lab' })).toMatchObject({
      kind: 's3',
      bucket: 'lab',
      prefix: 'train/images/',
      credential: 'lab',
    });
    expect(sourceOf(cli, [], { sql: 'SELECT 1', from: 'sqlite:x.db' })).toMatchObject({
      engine: 'sqlite',
      database: '/here/x.db',
    });
    expect(sourceOf(cli, [], { sql: 'SELECT 1', from: 'postgres://me@db/lab' })).toMatchObject({
      engine: 'postgresql',
      database: 'postgres://me@db/lab',
    });
    expect(sourceOf(cli, [], { croissant: 'meta.json' })).toMatchObject({ location: '/here/meta.json' });
    expect(sourceOf(cli, [], { croissant: 'https://x.test/meta.json' })).toMatchObject({
      location: 'https://x.test/meta.json',
    });
  });
});
