import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createRouterClient } from '@orpc/server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { searchedRuns } from '../../../test/support/searched-runs.ts';
import { testCore } from '../../../test/support/test-core.ts';
import type { RunId } from '../../contract/ids.ts';
import type { LatheClient } from '../../contract/index.ts';
import { createProjects } from '../../domains/projects/index.ts';
import { createRuns, runsRouter } from '../../domains/runs/index.ts';
import type { Core } from '../../kernel/core.ts';
import { runCli } from './program.ts';

let folder: string;
let core: Core;
let client: LatheClient;
let project: string;
let close: () => Promise<void>;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-cli-table-'));
  core = testCore(folder);
  const bench = searchedRuns(core.database);
  project = bench.project;
  const add = (name: string, opt: string, loss: number, experiment = 'trial') =>
    bench.add({ name, experiment, params: { opt }, metrics: { loss, other: 1 }, tags: { draft: 'yes' } });
  add('a1', 'adam', 1);
  add('a2', 'adam', 3);
  add('s1', 'sgd', 8, 'other');
  const runs = createRuns(core, {
    projects: createProjects(core),
    objects: null as never,
    datasets: null as never,
    splits: null as never,
    target: () => {
      throw new Error('nothing starts here');
    },
    telemetry: { host: () => new Promise(() => {}), gpus: async () => [], close() {} },
    energyPrice: () => ({ perKilowattHour: null, currency: 'EUR' }),
    slots: () => 1,
  });
  close = () => runs.close();
  client = createRouterClient(
    { runs: runsRouter(runs) } as never,
    { context: {} } as never,
  ) as unknown as LatheClient;
});
afterEach(async () => {
  await close();
  core.database.close();
  fs.rmSync(folder, { recursive: true });
});

async function lathe(...argv: string[]) {
  let stdout = '';
  let stderr = '';
  const exitCode = await runCli([...argv, '--project', project], {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    env: {},
    folder,
    openSession: async () => ({ client, owner: 'attached', busy: () => false, close: async () => {} }),
    serve: async () => {
      throw new Error('not here');
    },
    interrupted: new AbortController().signal,
  });
  return { exitCode, stdout, stderr };
}

const listed = async (...argv: string[]) =>
  JSON.parse((await lathe('run', 'list', '--json', ...argv)).stdout) as {
    runs: {
      id: RunId;
      name: string;
      experimentName: string;
      metrics: object;
      params: object;
      tags: object;
    }[];
  };

describe('many runs on the command line', () => {
  it('are moved by a filter to an experiment that is made', async () => {
    const refused = await lathe('run', 'move', '--filter', 'experiment = trial', '--to', 'final');
    expect(refused).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('--create') });
    const { stdout } = await lathe(
      'run',
      'move',
      '--filter',
      'experiment = trial',
      '--to',
      'final',
      '--create',
    );
    expect(stdout).toContain('Moved 2 runs to final, which is new.');
    expect(stdout).toContain('2 runs came from trial');
    const { runs } = await listed('--filter', 'experiment = final');
    expect(runs.map(({ name }) => name)).toEqual(['a2', 'a1']);
  });

  it('are tagged by name, and told how many changed', async () => {
    const { stdout } = await lathe('run', 'tag', 'a1', 's1', '--set', 'team=red', '--remove', 'draft');
    expect(stdout).toContain('2 runs of 2 changed.');
    expect((await listed('--filter', 'tags.team = red')).runs.map(({ tags }) => tags)).toEqual([
      { team: 'red' },
      { team: 'red' },
    ]);
    expect((await lathe('run', 'tag', 'a1', '--set', 'team=red')).stdout).toContain('0 runs of 1 changed.');
  });

  it('are named or found by a filter, and not both', async () => {
    for (const which of [[], ['a1', '--filter', 'status = finished']])
      expect(await lathe('run', 'tag', ...which, '--set', 'a=b')).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining('--filter'),
      });
    expect(await lathe('run', 'tag', '--filter', 'name = nobody', '--set', 'a=b')).toMatchObject({
      exitCode: 4,
    });
  });

  it('are listed with the columns that were asked for, and come with no more', async () => {
    const { stdout } = await lathe('run', 'list', '--columns', 'metrics.loss,status,params."opt"');
    expect(stdout.split('\n')[0]).toMatch(/^RUN +metrics\.loss +status +params\."opt" +ID/);
    expect(stdout).toMatch(/a2 +3 +finished +adam/);
    const { runs } = await listed('--columns', 'metrics.loss');
    const [{ metrics, params, tags } = {}] = runs;
    expect({ metrics, params, tags }).toEqual({ metrics: { loss: 8 }, params: {}, tags: {} });
    expect(await lathe('run', 'list', '--columns', 'nonsense')).toMatchObject({ exitCode: 2 });
  });

  it('are grouped, with means and intervals', async () => {
    const { stdout } = await lathe(
      'run',
      'groups',
      '--by',
      'params.opt',
      '--columns',
      'metrics.loss,experiment',
    );
    expect(stdout).toMatch(/sgd +1 +8 +other/);
    expect(stdout).toMatch(/adam +2 +2 ± 12\.71 +trial/);
  });
});
