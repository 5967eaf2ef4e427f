import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import SQLite from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CliWorld } from '../../app/host/cli/cli.ts';
import { runCli } from '../../app/host/cli/program.ts';
import { openSession } from '../../app/host/session.ts';
import { FileServer } from '../support/file-server.ts';
import { pythonWith } from '../support/python.ts';

const run = promisify(execFile);
const fixtures = fileURLToPath(new URL('../fixtures/data-formats', import.meta.url));
const reader = fileURLToPath(new URL('read_croissant.py', import.meta.url));
const MLCROISSANT = ['mlcroissant==1.1.1', 'pyarrow==26.0.1'];

/** The command line as people use it, against one workspace that stays open between the commands. */
describe('data from elsewhere, by the command line', { timeout: 300_000 }, () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-elsewhere-'));
  const workspace = path.join(folder, 'workspace');
  let server: FileServer;
  let session: Awaited<ReturnType<typeof openSession>>;

  beforeAll(async () => {
    process.env.LATHE_PASSPHRASE = 'correct horse battery';
    session = await openSession({ workspace });
    server = await new FileServer().start();
  }, 60_000);
  afterAll(async () => {
    await session?.close();
    await server?.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  async function lathe(args: readonly string[], input = '') {
    let out = '';
    const sink = (keep: boolean) => ({
      write(text: string) {
        if (keep) out += text;
      },
      isTTY: false,
      columns: 80,
    });
    const world: CliWorld = {
      stdout: sink(true) as never,
      stderr: sink(false) as never,
      env: {},
      folder,
      openSession: async () => ({ ...session, close: async () => {} }),
      serve: () => Promise.reject(new Error('not served here')),
      readInput: async () => input,
      interrupted: new AbortController().signal,
    };
    const exitCode = await runCli([...args, '--json'], world);
    return { exitCode, out: JSON.parse(out) };
  }

  it('takes the passphrase out of the environment when it starts', () => {
    expect(process.env.LATHE_PASSPHRASE).toBeUndefined();
  });

  it('imports files of every format as tables of rows', async () => {
    const tried = {
      npz: ['numpy/splits.npz', 6, 'npz'],
      npy: ['numpy/grid.npy', 3, 'npy'],
      arrow: ['arrow/lz4.feather', 3, 'arrow'],
      hdf5: ['hdf5/splits.h5', 4, 'hdf5'],
      pictures: ['images', 7, 'images'],
      boxes: ['coco', 4, 'coco'],
      marks: ['yolo', 4, 'yolo'],
      shards: ['webdataset', 3, 'webdataset'],
    } as const;
    for (const [name, [file, rows, format]] of Object.entries(tried)) {
      const { exitCode, out } = await lathe(['data', 'import', name, path.join(fixtures, file)]);
      expect([name, exitCode, out.version?.rows, out.version?.format], JSON.stringify(out)).toEqual([
        name,
        0,
        rows,
        format,
      ]);
    }
    const { out } = await lathe(['data', 'preview', 'pictures', '--rows', '1']);
    expect(out.rows[0].slice(0, 2)).toEqual(['cat/a.png', 'cat']);
  });

  it('imports what a pattern names', async () => {
    const { out } = await lathe(['data', 'import', 'cats', path.join(fixtures, 'images/cat/*.{png,gif}')]);
    expect(out.version).toMatchObject({ files: 1, format: 'images' });
  });

  it('imports a file by its address with a credential that is typed in once, and never shows it', async () => {
    const content = 'x,y\n1,2\n';
    server.files.set('/rows.csv', { content: Buffer.from(content) });
    server.authorization = 'Bearer very-secret';
    const kept = await lathe(['credential', 'set', 'mine'], 'very-secret\n');
    expect(kept.out).toMatchObject({ name: 'mine', protection: 'passphrase' });
    const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
    const args = ['data', 'import', 'fetched', '--url', server.url('/rows.csv'), '--digest', digest];
    expect(await lathe(args)).toMatchObject({ exitCode: 9, out: { error: { code: 'TARGET_FAILED' } } });
    const { exitCode, out } = await lathe([...args, '--credential', 'mine']);
    expect(exitCode).toBe(0);
    expect(out.version).toMatchObject({ rows: 1, source: server.url('/rows.csv') });
    expect(JSON.stringify([out, (await lathe(['credential', 'list'])).out])).not.toContain('very-secret');
    server.authorization = null;
  });

  it('imports the rows of a query', async () => {
    const database = new SQLite(path.join(folder, 'a.sqlite'));
    database.exec("CREATE TABLE t (n INTEGER, s TEXT); INSERT INTO t VALUES (1, 'a'), (2, 'b')");
    database.close();
    const { out } = await lathe([
      'data',
      'import',
      'asked',
      '--sql',
      'SELECT n, s FROM t',
      '--from',
      'sqlite:a.sqlite',
    ]);
    expect(out.version).toMatchObject({ rows: 2, format: 'parquet' });
  });

  it('exports a version with a description, and imports that again as the same rows', async () => {
    fs.writeFileSync(path.join(folder, 'iris.csv'), 'sepal length,species\n5.1,setosa\n6.3,"virgi, nica"\n');
    await lathe(['data', 'import', 'iris', path.join(folder, 'iris.csv')]);
    const target = path.join(folder, 'exported');
    const exported = await lathe([
      'data',
      'export',
      'iris',
      target,
      '--croissant',
      '--license',
      'https://spdx.org/licenses/CC0-1.0',
    ]);
    expect(exported).toMatchObject({
      exitCode: 0,
      out: { files: 1, path: path.join(target, 'croissant.json') },
    });
    const again = await lathe([
      'data',
      'import',
      'iris again',
      '--croissant',
      path.join(target, 'croissant.json'),
    ]);
    expect(again.out.version, JSON.stringify(again.out)).toMatchObject({
      rows: 2,
      format: 'croissant',
      files: 2,
    });
    const { out } = await lathe(['data', 'preview', 'iris again']);
    expect(out.rows).toEqual([
      [5.1, 'setosa'],
      [6.3, 'virgi, nica'],
    ]);
    expect(await lathe(['data', 'export', 'iris', target, '--croissant'])).toMatchObject({
      out: { error: { code: 'ALREADY_EXISTS' } },
    });
  });

  it("exports descriptions that MLCommons' own package accepts and reads rows by", async (context) => {
    const python = await pythonWith(MLCROISSANT);
    if (!python) return context.skip();
    fs.writeFileSync(path.join(folder, 'odd.csv'), 'a b,"x/y ""z""",flag\n1,one,true\n2,two,false\n');
    await lathe(['data', 'import', 'odd', path.join(folder, 'odd.csv')]);
    for (const [name, rows] of [
      ['odd', 2],
      ['asked', 2],
      ['pictures', 0],
    ] as const) {
      const target = path.join(folder, `mlc-${name}`);
      await lathe([
        'data',
        'export',
        name,
        target,
        '--croissant',
        '--license',
        'https://spdx.org/licenses/CC0-1.0',
      ]);
      const { stdout } = await run(python, [reader, path.join(target, 'croissant.json')], {
        cwd: folder,
        maxBuffer: 1 << 26,
      });
      const read = JSON.parse(stdout.trim().split('\n').at(-1)!);
      expect(read.errors).toEqual([]);
      expect(read.name).toBe(name);
      expect(Object.values<unknown[]>(read.records).flat()).toHaveLength(rows);
      if (name === 'odd') expect(JSON.stringify(read.records)).toContain('two');
    }
  });
});
