import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createRouterClient, implement } from '@orpc/server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testCore } from '../../../test/support/test-core.ts';
import { contract, type LatheClient } from '../../contract/index.ts';
import type { Job } from '../../contract/jobs.contract.ts';
import type { Core } from '../../kernel/core.ts';
import { runCli } from './program.ts';

const fake = implement(contract);
let folder: string;
let core: Core;
let asked: unknown[];

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-cli-tables-'));
  core = testCore(folder);
  asked = [];
});
afterEach(async () => {
  await core.jobs.close();
  core.database.close();
  fs.rmSync(folder, { recursive: true });
});

const result = {
  rows: 5,
  comparedColumns: 1,
  columns: [{ name: 'w', type: 'text' as const }],
  exact: { extraRows: 2, groups: 1, examples: [{ count: 3, rowNumbers: [0, 2, 4], cells: ['same'] }] },
  near: null,
};

/** Tables that answer what the test needs; the first look at duplicates is still being worked out. */
function client(): LatheClient {
  const work = (title: string, value: unknown): Job =>
    core.jobs.start({ kind: 'dataset.export', title }, async () => value);
  const router = {
    jobs: {
      get: fake.jobs.get.handler(({ input }) => core.jobs.get(input.id)),
      watch: fake.jobs.watch.handler(({ input, signal }) => core.jobs.watch(input.id, signal)),
    },
    dataTables: {
      preview: fake.dataTables.preview.handler(({ input }) => {
        asked.push(input);
        const columns = [{ name: 'n', type: 'integer' as const }];
        return { columns, rows: [[7]], rowNumbers: [3], totalRows: 9, matchingRows: 9, totalColumns: 40 };
      }),
      duplicates: fake.dataTables.duplicates.handler(({ input }) => {
        asked.push(input);
        if (asked.length === 1) return { state: 'working' as const, job: work('Duplicates', null) };
        return { state: 'ready' as const, result };
      }),
      sql: {
        run: fake.dataTables.sql.run.handler(({ input }) => {
          asked.push(input);
          return {
            result: 'a'.repeat(32) as never,
            columns: [
              { name: 'n', sqlType: 'BIGINT', kind: 'integer' as const },
              { name: 'w', sqlType: 'VARCHAR', kind: 'text' as const },
            ],
            rows: [[1, 'a,b']],
            totalRows: 1,
            truncated: true,
            suggested: { kind: 'table' as const, x: null, y: [] },
            read: [],
            durationMs: 1,
          };
        }),
        export: fake.dataTables.sql.export.handler(({ input }) => {
          asked.push(input);
          const { target } = input;
          return work(
            'Export',
            target.kind === 'file'
              ? { rows: 3, sizeBytes: 2048, path: target.path, dataset: null }
              : {
                  rows: 3,
                  sizeBytes: 2048,
                  path: null,
                  dataset: { name: target.name, version: 2, reused: false },
                },
          );
        }),
      },
    },
  };
  return createRouterClient(router as never, { context: {} } as never) as unknown as LatheClient;
}

async function lathe(...words: string[]) {
  let stdout = '';
  let stderr = '';
  const code = await runCli(words, {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    env: {},
    folder,
    openSession: async () => ({ client: client(), close: async () => {} }) as never,
    serve: async () => {
      throw new Error('not served');
    },
    interrupted: new AbortController().signal,
  });
  return { code, stdout, stderr };
}

describe('lathe data', () => {
  it('preview asks for the rows, columns and order that were typed', async () => {
    const { stdout } = await lathe(
      'data',
      'preview',
      'digits@2',
      '--from',
      '3',
      '--rows',
      '1',
      '--column',
      'n',
      '--sort',
      'n',
      '--descending',
    );
    expect(asked).toEqual([
      {
        dataset: 'digits',
        version: 2,
        offset: 3,
        limit: 1,
        columns: ['n'],
        where: [],
        orderBy: { column: 'n', descending: true },
      },
    ]);
    expect(stdout).toBe('n\n7\n1 of 9 rows, 1 of 40 columns\n');
  });

  it('duplicates follows the work and then shows what came of it', async () => {
    const { stdout } = await lathe('data', 'duplicates', 'digits', '--ignore', 'id', '--exact');
    expect(asked).toEqual(
      Array.from({ length: 2 }, () => ({ dataset: 'digits', ignore: ['id'], threshold: null })),
    );
    expect(stdout).toContain('2 rows of 5 repeat another one, in 1 group.');
    expect(stdout).toContain('3  0, 2, 4      same');
  });

  it('duplicates refuses a threshold out of range', async () => {
    const { code, stdout } = await lathe('--json', 'data', 'duplicates', 'digits', '--threshold', '2');
    expect([code, JSON.parse(stdout).error.code, asked]).toEqual([2, 'INVALID_INPUT', []]);
  });

  it('sql prints a table, CSV or one JSON document', async () => {
    expect((await lathe('data', 'sql', 'FROM digits')).stdout).toBe('n  w\n1  a,b\n');
    const csv = await lathe('data', 'sql', 'FROM digits', '--csv', '--limit', '1');
    expect([csv.stdout, csv.stderr]).toEqual([
      'n,w\n1,"a,b"\n',
      'The first 1 rows; more with --limit, all with --out.\n',
    ]);
    expect(JSON.parse((await lathe('--json', 'data', 'sql', 'FROM digits')).stdout)).toMatchObject({
      rows: [[1, 'a,b']],
    });
  });

  it('sql writes a file by its ending, or makes a version', async () => {
    const { stdout } = await lathe('data', 'sql', 'FROM digits', '--out', 'x.jsonl');
    expect(stdout).toBe(`Wrote 3 rows (2.0 KB) to ${path.join(folder, 'x.jsonl')}.\n`);
    expect((await lathe('data', 'sql', 'FROM digits', '--as', 'few', '-m', 'why')).stdout).toBe(
      'Made few@2: 3 rows.\n',
    );
    expect(asked.map((input) => (input as { target: unknown }).target)).toEqual([
      { kind: 'file', path: path.join(folder, 'x.jsonl'), format: 'jsonl', overwrite: false },
      { kind: 'dataset', name: 'few', message: 'why' },
    ]);
    const { code } = await lathe('data', 'sql', 'FROM digits', '--out', 'x.xlsx');
    expect(code).toBe(2);
  });
});
