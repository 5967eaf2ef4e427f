import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import SQLite from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ImportSource } from '../../app/contract/import-source.ts';
import { createBucketSource } from '../../app/interop/sources/bucket/bucket.source.ts';
import { createCroissantSource } from '../../app/interop/sources/croissant/croissant.source.ts';
import { createGlobSource } from '../../app/interop/sources/glob/glob.source.ts';
import { createPathsSource } from '../../app/interop/sources/paths/paths.source.ts';
import { createQuerySource } from '../../app/interop/sources/query/query.source.ts';
import { createUrlSource } from '../../app/interop/sources/url/url.source.ts';
import type { DataSource } from '../../app/kernel/ports/data-source.ts';
import { createFormats } from '../../native/formats/index.ts';
import { createHashing } from '../../native/hashing/blake3.ts';
import { createTables } from '../../native/tables/tables.ts';
import { type BucketServer, startBucketServer } from '../support/bucket-server.ts';
import { FileServer } from '../support/file-server.ts';
import { findPostgres, type PostgresServer, startPostgres } from '../support/postgres-server.ts';
import { pythonWith } from '../support/python.ts';
import { dataSourceConformance, takenIn } from './data-source.ts';

const MOTO = 'moto[server]==5.2.5';
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-sources-'));
const workspace = path.join(folder, 'workspace');
const hashing = createHashing();
const tables = createTables();
const formats = createFormats({ tables });
const at = (...parts: string[]) => path.join(folder, ...parts);
const sha256 = (content: string) => createHash('sha256').update(content).digest('hex');
afterAll(async () => {
  await formats.close();
  await tables.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

function write(name: string, content: string): string {
  fs.mkdirSync(path.dirname(at(name)), { recursive: true });
  fs.writeFileSync(at(name), content);
  return at(name);
}

write('plain/a.csv', 'x\n1\n');
write('plain/deep/b.csv', 'x\n2\n');
write('plain/deep/c.txt', 'not a table');
fs.mkdirSync(workspace);

const as = (driver: object) => driver as DataSource;

dataSourceConformance({
  name: 'paths',
  driver: () => as(createPathsSource({ workspace })),
  source: () => ({ kind: 'paths', paths: [at('plain')] }),
  files: { 'a.csv': 'x\n1\n', 'deep/b.csv': 'x\n2\n', 'deep/c.txt': 'not a table' },
  refused: {
    'a path that is not there': {
      source: () => ({ kind: 'paths', paths: [at('nothing')] }),
      code: 'PATH_NOT_FOUND',
    },
  },
});

dataSourceConformance({
  name: 'glob',
  driver: () => as(createGlobSource({ workspace })),
  source: () => ({ kind: 'glob', pattern: at('plain/**/*.{csv,tsv}') }),
  files: { 'a.csv': 'x\n1\n', 'deep/b.csv': 'x\n2\n' },
  refused: {
    'a pattern below a folder that is not there': {
      source: () => ({ kind: 'glob', pattern: at('nothing/*.csv') }),
      code: 'PATH_NOT_FOUND',
    },
    'a path without wildcards': {
      source: () => ({ kind: 'glob', pattern: at('plain') }),
      code: 'INVALID_INPUT',
    },
    'the workspace itself': {
      source: () => ({ kind: 'glob', pattern: path.join(workspace, '*') }),
      code: 'INVALID_INPUT',
    },
  },
});

describe('sources by HTTP', () => {
  let server: FileServer;
  beforeAll(async () => {
    server = await new FileServer().start();
    server.files.set('/data/rows%20one.csv', { content: Buffer.from('x\n1\n') });
  });
  afterAll(() => server.close());
  const source = (more: object = {}): ImportSource => ({
    kind: 'url',
    url: server.url('/data/rows%20one.csv?token=never'),
    digest: `sha256:${sha256('x\n1\n')}`,
    name: null,
    credential: null,
    ...more,
  });

  dataSourceConformance({
    name: 'url',
    driver: () => as(createUrlSource({ hashing })),
    source: () => source({ url: server.url('/data/rows%20one.csv') }),
    files: { 'rows one.csv': 'x\n1\n' },
    refused: {
      'an address that leads nowhere': {
        source: () => source({ url: server.url('/none.csv') }),
        code: 'PATH_NOT_FOUND',
      },
      'bytes of another digest': {
        source: () => source({ url: server.url('/data/rows%20one.csv'), digest: `blake3:${'0'.repeat(64)}` }),
        code: 'DATA_MALFORMED',
      },
      'an address without a name': { source: () => source({ url: server.url('/') }), code: 'INVALID_INPUT' },
      'a name that climbs': { source: () => source({ name: '../x' }), code: 'INVALID_INPUT' },
    },
  });
});

describe('a file that is fetched by its address', { timeout: 60_000 }, () => {
  const content = Buffer.alloc(300_000, 'abcdefghij');
  let server: FileServer;
  let other: FileServer;
  let spoolFolder: string;
  beforeEach(async () => {
    server = await new FileServer().start();
    other = await new FileServer().start();
    spoolFolder = fs.mkdtempSync(at('spool-'));
    server.files.set('/big.bin', { content });
  });
  afterEach(async () => {
    await server.close();
    await other.close();
  });
  const driver = createUrlSource({ hashing });
  const fetchIt = (
    more: object = {},
    signal = new AbortController().signal,
    onProgress: (bytes: number) => void = () => {},
  ) =>
    driver.fetch(
      { kind: 'url', url: server.url('/big.bin'), digest: null, name: null, credential: null, ...more },
      { signal, spoolFolder, onProgress, secret: async () => 'tok en' },
    );

  it('goes on after broken connections where it was, and arrives whole', async () => {
    server.cuts.push(100_000, 50_000);
    const fetched = await fetchIt({ digest: `sha256:${sha256(content.toString())}` });
    expect(takenIn(fetched)['big.bin']!.equals(content)).toBe(true);
    const ranges = server.asked.map(({ range }) => range);
    expect(ranges[0]).toBeUndefined();
    expect(ranges.slice(1).every((range) => /^bytes=[1-9]\d*-$/.test(range ?? ''))).toBe(true);
  });

  it('goes on in a later call where an interrupted one was', async () => {
    const abort = new AbortController();
    const stopped = fetchIt({}, abort.signal, (bytes) => {
      if (bytes > 0) abort.abort();
    });
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
    server.asked.length = 0;
    expect(takenIn(await fetchIt())['big.bin']!.equals(content)).toBe(true);
    expect(server.asked).toHaveLength(1);
    expect(server.asked[0]!.range).toMatch(/^bytes=[1-9]\d*-$/);
  });

  it('begins anew where the file changed in between', async () => {
    const abort = new AbortController();
    await fetchIt({}, abort.signal, (bytes) => bytes > 0 && abort.abort()).catch(() => {});
    const changed = Buffer.alloc(content.length + 100_000, 'other bytes now');
    server.files.set('/big.bin', { content: changed });
    expect(takenIn(await fetchIt())['big.bin']!.equals(changed)).toBe(true);
  });

  it('begins anew where the server does not say what tells versions apart', async () => {
    server.files.set('/big.bin', { content, etag: null });
    server.cuts.push(100_000);
    expect(takenIn(await fetchIt())['big.bin']!.equals(content)).toBe(true);
    expect(server.asked.map(({ range }) => range)).toEqual([undefined, undefined]);
  });

  it('sends its credential to the host of the address and to no other', async () => {
    server.authorization = 'Bearer tok en';
    expect(takenIn(await fetchIt({ credential: 'mine' }))['big.bin']!.equals(content)).toBe(true);
    other.files.set('/there.bin', { content });
    server.redirects.set('/moved.bin', other.url('/there.bin'));
    await fetchIt({ url: server.url('/moved.bin'), credential: 'mine' });
    expect(server.asked.at(-1)!.authorization).toBe('Bearer tok en');
    expect(other.asked.map(({ authorization }) => authorization)).toEqual([undefined]);
  });

  it('does not run in circles', async () => {
    server.redirects.set('/a', '/b');
    server.redirects.set('/b', '/a');
    await expect(fetchIt({ url: server.url('/a') })).rejects.toMatchObject({ code: 'TARGET_FAILED' });
    expect(server.asked.length).toBeLessThan(40);
  });

  it('says who does not answer', async () => {
    const gone = await new FileServer().start();
    const url = gone.url('/x.csv');
    await gone.close();
    await expect(fetchIt({ url })).rejects.toMatchObject({
      code: 'TARGET_FAILED',
      message: expect.stringContaining(new URL(url).host),
    });
  });
});

const python = await pythonWith([MOTO]);
describe.skipIf(python === null)('buckets', { timeout: 120_000 }, () => {
  let server: BucketServer;
  const bucketSource = (more: object = {}): ImportSource => ({
    kind: 's3',
    bucket: 'things',
    prefix: 'set/',
    endpoint: server.url,
    region: 'us-east-1',
    pathStyle: true,
    credential: 'bucket',
    ...more,
  });
  const odd = 'deep/größe & <co> +1%.txt';
  beforeAll(async () => {
    server = await startBucketServer(python!);
    await server.makeBucket('things');
    await server.put('things', 'set/a.csv', Buffer.from('x\n1\n'));
    await server.put('things', `set/${odd}`, Buffer.from('odd'));
    await server.put('things', 'set/folder/', Buffer.alloc(0));
    await server.put('things', 'other/b.csv', Buffer.from('x\n2\n'));
    for (let index = 0; index < 1100; index++) {
      await server.put('things', `many/${index}`, Buffer.from(String(index)));
    }
  });
  afterAll(() => server.close());
  const secret = () => `${server.keys.accessKeyId}:${server.keys.secretAccessKey}`;

  dataSourceConformance({
    name: 's3',
    driver: () => as(createBucketSource()),
    source: () => bucketSource(),
    files: { 'a.csv': 'x\n1\n', [odd]: 'odd' },
    secrets: () => ({ bucket: secret(), broken: 'no-colon' }),
    refused: {
      'a bucket that is not there': {
        source: () => bucketSource({ bucket: 'missing' }),
        code: 'PATH_NOT_FOUND',
      },
      'a prefix that nothing has': {
        source: () => bucketSource({ prefix: 'nothing/' }),
        code: 'PATH_NOT_FOUND',
      },
      'a credential of another form': {
        source: () => bucketSource({ credential: 'broken' }),
        code: 'INVALID_INPUT',
      },
      'a credential that is not there': {
        source: () => bucketSource({ credential: 'unknown' }),
        code: 'NOT_FOUND',
      },
    },
  });

  it('lists more objects than one page holds, and brings only what is missing the second time', async () => {
    const spoolFolder = fs.mkdtempSync(at('spool-'));
    const context = {
      signal: new AbortController().signal,
      spoolFolder,
      onProgress: () => {},
      secret: async () => secret(),
    };
    const driver = createBucketSource();
    const source = bucketSource({ prefix: 'many/' }) as Extract<ImportSource, { kind: 's3' }>;
    const first = takenIn(await driver.fetch(source, context));
    expect(Object.keys(first)).toHaveLength(1100);
    expect(first['1099']!.toString()).toBe('1099');
    const stamp = (name: string) => fs.statSync(path.join(spoolFolder, 'files', name)).ino;
    const kept = stamp('7');
    await server.put('things', 'many/8', Buffer.from('changed'));
    const second = takenIn(await driver.fetch(source, context));
    expect(second['8']!.toString()).toBe('changed');
    expect(stamp('7')).toBe(kept);
  });

  it('says what to do where the keys are wrong', async () => {
    const spoolFolder = fs.mkdtempSync(at('spool-'));
    const context = (keys: string) => ({
      signal: new AbortController().signal,
      spoolFolder,
      onProgress: () => {},
      secret: async () => keys,
    });
    const source = bucketSource() as Extract<ImportSource, { kind: 's3' }>;
    await expect(createBucketSource().fetch(source, context(`${secret()}x`))).rejects.toMatchObject({
      code: 'TARGET_FAILED',
      nextStep: expect.stringContaining('credential'),
    });
  });
});

describe('queries of database files', { timeout: 60_000 }, () => {
  const duckdb = at('source.duckdb');
  const sqlite = at('source.sqlite');
  beforeAll(async () => {
    const instance = await DuckDBInstance.create(duckdb);
    const connection = await instance.connect();
    await connection.run(
      "CREATE TABLE t AS SELECT i::INTEGER AS n, (i / 4)::DECIMAL(6,2) AS price, DATE '2024-01-01' + i::INTEGER AS day, 'r' || i AS name FROM range(5) r(i)",
    );
    connection.closeSync();
    instance.closeSync();
    const database = new SQLite(sqlite);
    database.exec(`
      CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, price REAL, ok BOOLEAN, at DATETIME, mixed, big INTEGER, data BLOB);
      INSERT INTO t VALUES (1, 'a', 1.5, 1, '2024-01-02 03:04:05', 1, 9007199254740993, x'00ff'), (2, NULL, 2, 0, NULL, 'two', NULL, NULL);
    `);
    database.close();
  });
  const driver = () => as(createQuerySource({ queries: formats.queries }));
  const query = (
    engine: 'duckdb' | 'sqlite',
    text: string,
    database = engine === 'duckdb' ? duckdb : sqlite,
  ): ImportSource => ({
    kind: 'sql',
    engine,
    database,
    query: text,
    credential: null,
  });

  for (const engine of ['duckdb', 'sqlite'] as const) {
    dataSourceConformance({
      name: `sql (${engine})`,
      driver,
      source: () =>
        query(
          engine,
          'SELECT * FROM t ORDER BY 1'.replace(
            '*',
            engine === 'duckdb' ? '*' : 'id, name, price, ok, at, mixed, big',
          ),
        ),
      files: { 'query.parquet': null },
      refused: {
        'a statement that writes': { source: () => query(engine, 'DELETE FROM t'), code: 'INVALID_INPUT' },
        'two statements': { source: () => query(engine, 'SELECT 1; SELECT 2'), code: 'INVALID_INPUT' },
        'a table that is not there': {
          source: () => query(engine, 'SELECT * FROM nothing'),
          code: 'INVALID_INPUT',
        },
        'a file that is not there': {
          source: () => query(engine, 'SELECT 1', at('nothing.db')),
          code: 'PATH_NOT_FOUND',
        },
        'a file of another kind': {
          source: () => query(engine, 'SELECT 1', at('plain/deep/c.txt')),
          code: 'DATA_MALFORMED',
        },
      },
    });
  }

  async function described(source: ImportSource): Promise<Record<string, string>> {
    const spoolFolder = fs.mkdtempSync(at('spool-'));
    const context = {
      signal: new AbortController().signal,
      spoolFolder,
      onProgress: () => {},
      secret: async () => '',
    };
    const { trees } = await driver().fetch(source as never, context);
    return parquetColumns(trees[0]!.path);
  }

  it("keeps the types of DuckDB's columns", async () => {
    expect(await described(query('duckdb', 'SELECT * FROM t'))).toEqual({
      n: 'INTEGER',
      price: 'DECIMAL(6,2)',
      day: 'DATE',
      name: 'VARCHAR',
    });
  });

  it('finds the types that all values of an SQLite column have', async () => {
    expect(await described(query('sqlite', 'SELECT id, name, price, ok, at, mixed, big FROM t'))).toEqual({
      id: 'BIGINT',
      name: 'VARCHAR',
      price: 'DOUBLE',
      ok: 'BOOLEAN',
      at: 'TIMESTAMP',
      mixed: 'VARCHAR',
      big: 'BIGINT',
    });
    await expect(described(query('sqlite', 'SELECT data FROM t'))).rejects.toMatchObject({
      code: 'DATA_MALFORMED',
    });
  });

  it('does not let a query of a DuckDB file say where and how its result is written', async () => {
    const spoolFolder = fs.mkdtempSync(at('spool-'));
    const context = {
      signal: new AbortController().signal,
      spoolFolder,
      onProgress: () => {},
      secret: async () => '',
    };
    const target = path.join(spoolFolder, 'query.parquet');
    const asked = driver().fetch(
      query('duckdb', `SELECT 1 AS a) TO '${target}' (FORMAT csv); COPY (SELECT 2`) as never,
      context,
    );
    await expect(asked).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(fs.existsSync(target)).toBe(false);
  });

  it('does not let a query of a DuckDB file read another file', async () => {
    for (const text of [
      `SELECT * FROM read_csv('${at('plain/a.csv')}')`,
      `SELECT * FROM read_text('/etc/hostname')`,
      `SELECT 1) TO '${at('stolen.csv')}' --`,
    ]) {
      await expect(described(query('duckdb', text)), text).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    }
    expect(fs.existsSync(at('stolen.csv'))).toBe(false);
  });
});

async function parquetColumns(file: string): Promise<Record<string, string>> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const rows = (await connection.runAndReadAll(`DESCRIBE SELECT * FROM read_parquet('${file}')`)).getRowsJS();
  connection.closeSync();
  instance.closeSync();
  return Object.fromEntries(rows.map((row) => [String(row[0]), String(row[1])]));
}

const bin = findPostgres();
describe.skipIf(bin === null)('queries of PostgreSQL', { timeout: 120_000 }, () => {
  let server: PostgresServer;
  const source = (query: string, more: object = {}): ImportSource => ({
    kind: 'sql',
    engine: 'postgresql',
    database: `postgresql://tester@127.0.0.1:${server.port}/postgres`,
    query,
    credential: 'database',
    ...more,
  });
  beforeAll(async () => {
    server = await startPostgres(bin!);
    await server.execute(`
      CREATE TABLE t (
        i2 smallint, i4 int, i8 bigint, f4 real, f8 double precision, n numeric(10,3), free numeric, b boolean, d date, ts timestamp, tz timestamptz,
        u uuid, name text, j jsonb, a int[], raw bytea, "odd ""name" text);
      INSERT INTO t VALUES (1, 2, 9007199254740993, 0.5, 'NaN', 1.125, 1e3, true, '2024-02-29', '2024-02-29 12:00:00.000001', '2024-02-29 12:00:00+02',
        '6f2c0f5e-8f4b-4d1c-9f65-3c8a3b1f2a10', E'a "quoted",\\nline', '{"a": 1}', '{1,2}', '\\x00ff', ''),
        (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    `);
  }, 120_000);
  afterAll(() => server?.close());
  const driver = () => as(createQuerySource({ queries: formats.queries }));

  dataSourceConformance({
    name: 'sql (postgresql)',
    driver,
    source: () => source('SELECT i4, name FROM t'),
    files: { 'query.parquet': null },
    secrets: () => ({ database: 'a secret of the test', wrong: 'another' }),
    refused: {
      'a statement that writes': {
        source: () => source('DELETE FROM t RETURNING i4'),
        code: 'INVALID_INPUT',
      },
      'two statements': { source: () => source('SELECT 1; SELECT 2'), code: 'INVALID_INPUT' },
      'a statement that closes the bracket around it': {
        source: () => source("SELECT 1) TO PROGRAM 'true'; COPY (SELECT 2"),
        code: 'INVALID_INPUT',
      },
      'a function that writes': { source: () => source("SELECT setval('s', 1)"), code: 'INVALID_INPUT' },
      'a table that is not there': { source: () => source('SELECT * FROM nothing'), code: 'INVALID_INPUT' },
      'a wrong password': {
        source: () => source('SELECT 1', { credential: 'wrong' }),
        code: 'TARGET_FAILED',
      },
      'a server that is not there': {
        source: () => source('SELECT 1', { database: 'postgresql://tester@127.0.0.1:1/postgres' }),
        code: 'TARGET_FAILED',
      },
      'a password in the address': {
        source: () => source('SELECT 1', { database: 'postgresql://tester:secret@127.0.0.1/postgres' }),
        code: 'INVALID_INPUT',
      },
    },
  });

  it('keeps the types of columns, and every value', async () => {
    const spoolFolder = fs.mkdtempSync(at('spool-'));
    const context = {
      signal: new AbortController().signal,
      spoolFolder,
      onProgress: () => {},
      secret: async () => 'a secret of the test\n',
    };
    const { trees } = await driver().fetch(source('SELECT * FROM t') as never, context);
    expect(await parquetColumns(trees[0]!.path)).toEqual({
      i2: 'SMALLINT',
      i4: 'INTEGER',
      i8: 'BIGINT',
      f4: 'FLOAT',
      f8: 'DOUBLE',
      n: 'DECIMAL(10,3)',
      free: 'DOUBLE',
      b: 'BOOLEAN',
      d: 'DATE',
      ts: 'TIMESTAMP',
      tz: 'TIMESTAMP WITH TIME ZONE',
      u: 'UUID',
      name: 'VARCHAR',
      j: 'VARCHAR',
      a: 'VARCHAR',
      raw: 'BLOB',
      'odd "name': 'VARCHAR',
    });
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const rows = (
      await connection.runAndReadAll(
        `SELECT i8::VARCHAR, f8::VARCHAR, n::VARCHAR, ts::VARCHAR, epoch_us(tz), name, j, a, hex(raw), "odd ""name" FROM read_parquet('${trees[0]!.path}')`,
      )
    ).getRowsJS();
    connection.closeSync();
    instance.closeSync();
    expect(rows[0]).toEqual([
      '9007199254740993',
      'nan',
      '1.125',
      '2024-02-29 12:00:00.000001',
      BigInt(Date.UTC(2024, 1, 29, 10)) * 1000n,
      'a "quoted",\nline',
      '{"a": 1}',
      '{1,2}',
      '00FF',
      '',
    ]);
    expect(rows[1]!.every((value) => value === null)).toBe(true);
    expect(fs.readdirSync(spoolFolder)).toEqual(['query.parquet']);
  });
});

describe('Croissant descriptions', () => {
  const description = (files: readonly object[]) =>
    JSON.stringify({
      '@context': { '@vocab': 'https://schema.org/', cr: 'http://mlcommons.org/croissant/' },
      '@type': 'sc:Dataset',
      name: 'rows',
      conformsTo: 'http://mlcommons.org/croissant/1.0',
      distribution: files,
    });
  const file = (contentUrl: string, content: string) => ({
    '@type': 'cr:FileObject',
    '@id': contentUrl,
    contentUrl,
    sha256: sha256(content),
  });
  const text = description([file('data/rows.csv', 'x\n1\n')]);
  write('croissant/croissant.json', text);
  write('croissant/data/rows.csv', 'x\n1\n');
  write('croissant/changed.json', description([file('data/rows.csv', 'other')]));
  write('croissant/climbs.json', description([file('../plain/a.csv', 'x\n1\n')]));
  write(
    'croissant/local.json',
    description([{ '@type': 'cr:FileObject', '@id': 'x', contentUrl: 'file:///etc/passwd' }]),
  );
  write('croissant/strange.json', '{"name": "package"}');
  const source = (name: string): ImportSource => ({
    kind: 'croissant',
    location: at('croissant', name),
    credential: null,
  });

  dataSourceConformance({
    name: 'croissant',
    driver: () => as(createCroissantSource({ hashing })),
    source: () => source('croissant.json'),
    files: { 'croissant.json': text, 'data/rows.csv': 'x\n1\n' },
    refused: {
      'a file of another digest': { source: () => source('changed.json'), code: 'DATA_MALFORMED' },
      'a file outside of its folder': { source: () => source('climbs.json'), code: 'INVALID_INPUT' },
      'a file of this machine by an address': { source: () => source('local.json'), code: 'UNSUPPORTED' },
      'another JSON file': { source: () => source('strange.json'), code: 'DATA_MALFORMED' },
      'a description that is not there': { source: () => source('none.json'), code: 'PATH_NOT_FOUND' },
    },
  });

  it('brings a description by its address, with files beside it', async () => {
    const server = await new FileServer().start();
    server.files.set('/set/croissant.json', { content: Buffer.from(text) });
    server.files.set('/set/data/rows.csv', { content: Buffer.from('x\n1\n') });
    const spoolFolder = fs.mkdtempSync(at('spool-'));
    const context = {
      signal: new AbortController().signal,
      spoolFolder,
      onProgress: () => {},
      secret: async () => '',
    };
    const location = server.url('/set/croissant.json');
    const fetched = await createCroissantSource({ hashing }).fetch(
      { kind: 'croissant', location, credential: null },
      context,
    );
    await server.close();
    expect(Object.keys(takenIn(fetched)).sort()).toEqual(['croissant.json', 'data/rows.csv']);
  });
});
