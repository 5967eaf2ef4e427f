import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTableInspector } from '../../../../native/tables/looking/table-inspector.ts';
import { createTables } from '../../../../native/tables/tables.ts';
import { sqlTable } from '../../../../test/support/sql-table.ts';
import { testCore } from '../../../../test/support/test-core.ts';
import type { Dataset, DatasetVersion } from '../../../contract/datasets.contract.ts';
import type { DatasetVersionId, Digest } from '../../../contract/ids.ts';
import { AppError } from '../../../kernel/app-error.ts';
import { newId } from '../../../kernel/new-id.ts';
import type { TableInspector } from '../../../kernel/ports/table-inspector.ts';
import { createProjects } from '../../projects/index.ts';
import type { Datasets } from '../datasets.service.ts';
import { createLooking } from './looking.service.ts';
import { createSpillFolders } from './spill-folders.ts';
import { createVersionSql } from './version-sql.service.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-looking-'));
const outside = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-exports-'));
const core = testCore(path.join(folder, 'workspace'));
const tables = createTables();
const engine = createTableInspector();
const projects = createProjects(core);
projects.create('p');
const looks: string[] = [];
const imported: Parameters<Datasets['importTable']>[0][] = [];
const versions = new Map<string, { version: DatasetVersion; path: string | null }>();

/** The engine, which says what it was asked to do. */
const inspector: TableInspector = {
  ...engine,
  statistics(...given) {
    looks.push('statistics');
    return engine.statistics(...given);
  },
  duplicates(...given) {
    looks.push('duplicates');
    return engine.duplicates(...given);
  },
  difference(...given) {
    looks.push('difference');
    return engine.difference(...given);
  },
};

const datasets: Pick<Datasets, 'list' | 'resolve' | 'tableFile' | 'importTable'> = {
  list: () =>
    [...versions.values()]
      .filter(({ version }) => version.version === 1)
      .map(({ version }) => ({
        id: version.datasetId,
        name: version.datasetName,
        latest: version,
      })) as Dataset[],
  resolve(_, name, version = 2) {
    const number = Number(/[0-9]+$/.exec(String(version))?.[0]);
    const found =
      versions.get(`${name}@${number}`) ?? (version === 2 ? versions.get(`${name}@1`) : undefined);
    if (found) return found.version;
    throw new AppError('NOT_FOUND', `The data set "${name}" has no version ${version}.`);
  },
  async tableFile(id) {
    const found = [...versions.values()].find(({ version }) => version.id === id)!;
    if (found.path !== null) return found.path;
    throw new AppError(
      'UNSUPPORTED',
      `Version 1 of "${found.version.datasetName}" holds files, not a table.`,
    );
  },
  async importTable(table) {
    expect(fs.existsSync(table.path)).toBe(true);
    imported.push(table);
    return {
      version: { ...versions.get('digits@1')!.version, version: 7 },
      reused: false,
      readBytes: 0,
      addedBytes: 0,
    };
  },
};

const parts = { datasets, inspector, browser: tables, spills: createSpillFolders(core.folders) };
const looking = createLooking(core, parts);
const sql = createVersionSql(core, { ...parts, projects });

async function publish(name: string, version: number, query: string | null): Promise<DatasetVersion> {
  const file = path.join(folder, `${name}-${version}.parquet`);
  if (query !== null) await sqlTable(file, query);
  const columns = ['id', 'label', 'w'].map((column) => ({
    name: column,
    type: column === 'w' ? ('text' as const) : ('integer' as const),
  }));
  const published = {
    id: newId<DatasetVersionId>(),
    datasetId: newId(),
    datasetName: name,
    version,
    digest: `${name}${version}`.padEnd(64, '0') as Digest,
    rows: query === null ? null : 300,
    columns: query === null ? [] : columns,
  } as unknown as DatasetVersion;
  versions.set(`${name}@${version}`, { version: published, path: query === null ? null : file });
  return published;
}

let first: DatasetVersion;
let second: DatasetVersion;
beforeAll(async () => {
  first = await publish(
    'digits',
    1,
    `SELECT i AS id, i % 10 AS label, 'word ' || i AS w FROM range(300) t(i)`,
  );
  second = await publish(
    'digits',
    2,
    `SELECT i AS id, i % 9 AS label, 'word ' || i AS w FROM range(300) t(i)`,
  );
  await publish('My pictures', 1, null);
});
afterAll(async () => {
  await core.jobs.close();
  await engine.close();
  await tables.close();
  expect(fs.readdirSync(path.join(core.folders.cache, 'looks'))).toEqual([]);
  core.database.close();
  for (const each of [folder, outside]) fs.rmSync(each, { recursive: true });
});

/** Ask again when the job that works it out has ended. */
async function ready<T>(
  ask: () => Promise<{ state: 'ready'; result: T } | { state: 'working'; job: { id: never } }>,
) {
  for (;;) {
    const answer = await ask();
    if (answer.state === 'ready') return answer.result;
    await core.jobs.ended(answer.job.id);
  }
}
const part = { columnOffset: 0, columnLimit: 10, search: '' };

describe('a profile', () => {
  it('is made once for equal content, and kept', async () => {
    looks.length = 0;
    const profile = await ready(() => looking.profile(first, part) as never);
    expect(profile).toMatchObject({
      rows: 300,
      totalColumns: 3,
      columns: [{ name: 'id' }, { name: 'label' }, { name: 'w' }],
    });
    const same = { ...first, id: first.id, version: 5 };
    expect(await looking.profile(same, part)).toEqual({ state: 'ready', result: profile });
    expect(looks).toEqual(['statistics']);
  });

  it('is read a part at a time, and by a part of the names', async () => {
    const one = await ready(
      () => looking.profile(first, { ...part, columnOffset: 1, columnLimit: 1 }) as never,
    );
    expect(one).toMatchObject({ totalColumns: 3, columns: [{ name: 'label' }] });
    const found = await ready(() => looking.profile(first, { ...part, search: 'LAB' }) as never);
    expect(found).toMatchObject({ totalColumns: 1, columns: [{ name: 'label', distinct: 10 }] });
  });

  it('that many ask for at once is worked out by one job', async () => {
    looks.length = 0;
    await Promise.all(Array.from({ length: 4 }, () => ready(() => looking.profile(second, part) as never)));
    expect(looks).toEqual(['statistics']);
  });

  it('of files is refused', async () => {
    const files = versions.get('My pictures@1')!.version;
    await expect(looking.profile(files, part)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  });
});

describe('other looks', () => {
  it('are kept by content and by what was asked', async () => {
    looks.length = 0;
    const ask = (key: string[] | null) => ready(() => looking.diff(first, second, key) as never);
    expect(await ask(['id'])).toMatchObject({ rows: { by: 'key', changed: 264, unchanged: 36 } });
    expect(await ask(['id'])).toMatchObject({ rows: { by: 'key' } });
    expect(await ask(null)).toMatchObject({ rows: { by: 'content', added: 264 } });
    const report = () => ready(() => looking.duplicates(first, ['w', 'id'], null) as never);
    expect(await report()).toEqual(await report());
    expect(looks).toEqual(['difference', 'difference', 'duplicates']);
  });

  it('that fail say why, and may be tried again', async () => {
    for (let time = 0; time < 2; time++) {
      await expect(ready(() => looking.diff(first, second, ['label']) as never)).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        message: expect.stringContaining('The key names no single row'),
      });
    }
  });

  it('give pages and classes at once', async () => {
    const page = await looking.page(first, {
      offset: 290,
      limit: 2,
      columns: ['w'],
      where: [],
      orderBy: null,
    });
    expect(page).toMatchObject({
      columns: [{ name: 'w', type: 'text' }],
      rows: [['word 290'], ['word 291']],
      totalColumns: 3,
    });
    const balance = await looking.classes(first, 'label');
    expect(balance).toMatchObject({ distinct: 10, imbalance: 1 });
    expect(balance.evenness).toBeCloseTo(1, 12);
    expect((await looking.drift(first.id, second.id, ['label']))[0]).toMatchObject({
      column: 'label',
      measure: 'values',
    });
  });
});

describe('SQL', () => {
  const run = (query: string, more = {}) =>
    sql.run({ query, limit: 100, mostRows: 1000, timeLimitMs: 30_000, ...more });

  it('reads the latest version or the one that is named', async () => {
    const answer = await run(
      'SELECT d.label, count(*) AS n FROM digits d, "digits@v1" e WHERE d.id = e.id AND d.label = 9 GROUP BY ALL',
    );
    expect(answer.rows).toEqual([]);
    expect(answer.read.map(({ name, versionId }) => [name, versionId])).toEqual([
      ['digits', second.id],
      ['digits@v1', first.id],
    ]);
    expect((await run('SELECT count(DISTINCT label) FROM "digits@1"')).rows).toEqual([[10]]);
  });

  it('is paged, and a page is the same wherever it comes from', async () => {
    const all = await run('SELECT id FROM digits ORDER BY id DESC');
    expect([all.rows.length, all.totalRows, all.truncated]).toEqual([100, 300, false]);
    expect(await sql.page(all.result, 298, 100)).toEqual({ rows: [[1], [0]], totalRows: 300 });
    expect(await sql.page(all.result, 300, 100)).toEqual({ rows: [], totalRows: 300 });
    const few = await run('SELECT id FROM digits ORDER BY id LIMIT 3');
    expect(await sql.page(few.result, 1, 5)).toEqual({ rows: [[1], [2]], totalRows: 3 });
    for (let more = 0; more < 8; more++) await run('SELECT 1');
    await expect(sql.page(all.result, 0, 1)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(fs.readdirSync(path.join(core.folders.cache, 'sql'))).toEqual([]);
  });

  it('over what is no table says so, and over a version that is not there too', async () => {
    await expect(run('FROM "My pictures"')).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    await expect(run('FROM "digits@12"')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(run('FROM digit')).rejects.toMatchObject({ nextStep: 'Did you mean "digits"?' });
  });

  it('is exported to a file that appears whole, and not over another one', async () => {
    const file = path.join(outside, 'out.csv');
    const ask = (more = {}) =>
      sql.export({
        query: 'SELECT id FROM digits WHERE id < 2',
        target: { kind: 'file', path: file, format: 'csv', overwrite: false, ...more },
      });
    const job = await core.jobs.ended((await ask()).id);
    expect(job).toMatchObject({
      state: 'finished',
      kind: 'dataset.export',
      result: { rows: 2, path: file, dataset: null },
    });
    expect(fs.readFileSync(file, 'utf8')).toBe('id\n0\n1\n');
    await expect(ask()).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    expect((await core.jobs.ended((await ask({ overwrite: true })).id)).state).toBe('finished');
    expect(fs.readdirSync(outside)).toEqual(['out.csv']);
  });

  it.each([
    ['a relative path', 'out.csv', 'INVALID_INPUT'],
    ['a folder that is not there', path.join(outside, 'none', 'out.csv'), 'PATH_NOT_FOUND'],
    ['the workspace', path.join(folder, 'workspace', 'lathe.db'), 'INVALID_INPUT'],
    ['a folder', outside, 'ALREADY_EXISTS'],
  ])('is not exported to %s', async (_, file, code) => {
    const target = { kind: 'file' as const, path: file, format: 'csv' as const, overwrite: true };
    await expect(sql.export({ query: 'FROM digits', target })).rejects.toMatchObject({ code });
  });

  it('that fails leaves no file', async () => {
    const target = {
      kind: 'file' as const,
      path: path.join(outside, 'bad.csv'),
      format: 'csv' as const,
      overwrite: false,
    };
    const job = await core.jobs.ended((await sql.export({ query: 'SELECT x FROM digits', target })).id);
    expect(job).toMatchObject({ state: 'failed', failure: { code: 'INVALID_INPUT' } });
    expect(fs.readdirSync(outside)).toEqual(['out.csv']);
  });

  it('becomes a version that knows its query and what it was made from', async () => {
    const query = 'SELECT * FROM digits JOIN "digits@1" USING (id)';
    const { id } = await sql.export({ query, target: { kind: 'dataset', name: 'joined', message: 'why' } });
    expect(await core.jobs.ended(id)).toMatchObject({
      result: { rows: 300, path: null, dataset: { name: 'joined', version: 7 } },
    });
    expect(imported[0]).toMatchObject({
      name: 'joined',
      message: 'why',
      source: `SQL: ${query}`,
      parents: [second.id, first.id],
    });
    expect(path.basename(imported[0]!.path)).toBe('joined.parquet');
    expect(fs.existsSync(imported[0]!.path)).toBe(false);
  });

  it('is saved under a name, replaced and deleted', async () => {
    const display = { kind: 'bar' as const, x: 'label', y: ['n'] };
    const saved = sql.save(undefined, { name: 'Labels', query: 'FROM digits', display });
    const again = sql.save(undefined, { name: 'Labels', query: 'FROM "digits@1"', display });
    expect(again.id).toBe(saved.id);
    expect(sql.listSaved(undefined)).toEqual([again]);
    expect(() => sql.deleteSaved(undefined, 'Label')).toThrow(
      expect.objectContaining({ code: 'NOT_FOUND', nextStep: 'Did you mean "Labels"?' }),
    );
    sql.deleteSaved(undefined, 'Labels');
    expect(sql.listSaved(undefined)).toEqual([]);
  });
});
