import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createRouterClient, implement } from '@orpc/server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testCore } from '../../../test/support/test-core.ts';
import type { RunId } from '../../contract/ids.ts';
import { contract, type LatheClient } from '../../contract/index.ts';
import { createProjects } from '../../domains/projects/index.ts';
import { createViews, viewsRouter } from '../../domains/runs/index.ts';
import type { Core } from '../../kernel/core.ts';
import { runCli } from './program.ts';

const fake = implement(contract);
const runId = 'e'.repeat(32) as RunId;

let folder: string;
let core: Core;
let listed: unknown[];
let searched: unknown[];
let interruption: AbortController;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-cli-search-'));
  core = testCore(folder);
  listed = [];
  searched = [];
  interruption = new AbortController();
});
afterEach(() => {
  core.database.close();
  fs.rmSync(folder, { recursive: true });
});

/** Views as they are; runs that answer what the test needs. */
function client(): LatheClient {
  const router = {
    views: viewsRouter(createViews(core, { projects: createProjects(core) })),
    runs: {
      list: fake.runs.list.handler(({ input }) => {
        listed.push(input);
        return { runs: [], total: 0 };
      }),
      searchLogs: fake.runs.searchLogs.handler(async function* ({ input }) {
        searched.push(input);
        const match = {
          kind: 'match',
          runId,
          runName: 'mlp-1',
          stream: 'stderr',
          line: 7,
          offset: 90,
        } as const;
        if (input.text !== 'nowhere') yield { ...match, text: 'CUDA error' };
        yield { kind: 'end' as const, runs: 3, sizeBytes: 2048, limited: input.limit === 1 };
      }),
    },
  };
  return createRouterClient(router as never, { context: {} } as never) as unknown as LatheClient;
}

async function lathe(...argv: string[]) {
  let stdout = '';
  let stderr = '';
  const exitCode = await runCli(argv, {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    env: {},
    folder,
    openSession: async () => ({
      client: client(),
      owner: 'attached',
      busy: () => false,
      close: async () => {},
    }),
    serve: async () => {
      throw new Error('not here');
    },
    interrupted: interruption.signal,
  });
  return { exitCode, stdout, stderr };
}

describe('a view on the command line', () => {
  it('is saved, lists its runs, goes through a file, is renamed and deleted', async () => {
    const options = [
      '--filter',
      'metrics.loss < 0.2',
      '--order-by',
      'metrics.loss',
      '--order-by',
      'started desc',
    ];
    expect((await lathe('view', 'save', 'good', ...options, '--group-by', 'params.lr')).exitCode).toBe(0);
    expect((await lathe('view', 'list')).stdout).toMatch(
      /good\s+metrics.loss < 0.2\s+metrics.loss asc, started desc\s+params.lr/,
    );

    await lathe('run', 'list', '--view', 'good', '--filter', 'status = failed or resnet');
    await lathe('run', 'list', '--view', 'good', '--order-by', 'name');
    await lathe('run', 'list', '--filter', 'digits');
    expect(listed).toMatchObject([
      {
        filter: '(metrics.loss < 0.2) and (status = failed or resnet)',
        orderBy: 'metrics.loss asc, started desc',
      },
      { filter: 'metrics.loss < 0.2', orderBy: 'name' },
      { filter: 'digits', orderBy: 'started' },
    ]);

    fs.writeFileSync(path.join(folder, 'good.json'), (await lathe('view', 'show', 'good')).stdout);
    const saved = JSON.parse((await lathe('view', 'save', 'copy', '--from', 'good.json', '--json')).stdout);
    expect(saved).toMatchObject({ name: 'copy', filter: 'metrics.loss < 0.2', grouping: ['params.lr'] });

    await lathe('view', 'rename', 'copy', 'better');
    await lathe('view', 'delete', 'good');
    expect(JSON.parse((await lathe('view', 'list', '--json')).stdout)).toMatchObject([{ name: 'better' }]);
  });

  it('is refused with the place of what is wrong in its filter', async () => {
    const { exitCode, stderr } = await lathe('view', 'save', 'bad', '--filter', 'statsu = failed');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('"statsu" at column 1');
    expect(stderr).toContain('Did you mean "status"?');
  });

  it('is not read from a file that holds none', async () => {
    fs.writeFileSync(path.join(folder, 'other.json'), '{}');
    fs.writeFileSync(path.join(folder, 'text.json'), 'good');
    for (const file of ['other.json', 'text.json'])
      expect(JSON.parse((await lathe('view', 'save', 'x', '--from', file, '--json')).stdout).error.code).toBe(
        'DATA_MALFORMED',
      );
    expect(
      JSON.parse((await lathe('view', 'save', 'x', '--from', 'none.json', '--json')).stdout).error.code,
    ).toBe('PATH_NOT_FOUND');
  });
});

describe('a search of logs on the command line', () => {
  it('shows each line with its run and number', async () => {
    const { exitCode, stdout } = await lathe(
      'run',
      'grep',
      'cuda',
      '--filter',
      'status = failed',
      '--stderr',
    );
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'mlp-1:stderr:7: CUDA error\n' });
    expect(searched).toMatchObject([
      { text: 'cuda', filter: 'status = failed', streams: ['stderr'], caseSensitive: false, limit: 200 },
    ]);
  });

  it('is one document as JSON', async () => {
    const { stdout } = await lathe('run', 'grep', 'cuda', '--limit', '1', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      matches: [{ line: 7, text: 'CUDA error' }],
      runs: 3,
      sizeBytes: 2048,
      limited: true,
    });
  });

  it('says where it looked when it found nothing, and when there may be more', async () => {
    expect((await lathe('run', 'grep', 'nowhere')).stderr).toContain(
      'Not found in 2.0 KB of logs of 3 runs.',
    );
    expect((await lathe('run', 'grep', 'cuda', '--limit', '1')).stderr).toContain('--limit shows more');
  });
});
