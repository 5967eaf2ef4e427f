import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createRouterClient } from '@orpc/server';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ZodType } from 'zod';
import { searchedRuns } from '../../../test/support/searched-runs.ts';
import { testCore } from '../../../test/support/test-core.ts';
import type { LatheClient } from '../../contract/index.ts';
import { runsContract } from '../../contract/runs.contract.ts';
import type { Core } from '../../kernel/core.ts';
import { createProjects } from '../projects/index.ts';
import { createRuns, runsRouter } from './index.ts';

let folder: string;
let core: Core;
let client: LatheClient['runs'];
let project: string;
let close: () => Promise<void>;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-runs-router-'));
  core = testCore(folder);
  const bench = searchedRuns(core.database);
  project = bench.project;
  const first = bench.add({
    name: 'first',
    params: { lr: 0.1, optimizer: 'adam', nested: true },
    metrics: { loss: 0.5, odd: Number.NaN, wide: Infinity, 'system/cpu_percent': 3 },
    tags: { team: 'red' },
    data: [{ name: 'digits', version: 2 }],
    startedAt: 5,
    endedAt: 9,
    commit: 'abc',
  });
  bench.add({ name: 'second', status: 'failed', parent: first });
  core.database
    .prepare(
      `UPDATE runs SET failure = '{"code":"INTERNAL","message":"m","data":{"nextStep":"n","details":{}}}', watt_hours = 2 WHERE status = 'failed'`,
    )
    .run();
  const runs = createRuns(core, {
    projects: createProjects(core),
    objects: null as never,
    datasets: null as never,
    splits: null as never,
    target: () => {
      throw new Error('nothing starts here');
    },
    telemetry: { host: () => new Promise(() => {}), gpus: async () => [], close() {} },
    energyPrice: () => ({ perKilowattHour: 0.5, currency: 'EUR' }),
    slots: () => 1,
  });
  close = () => runs.close();
  client = createRouterClient(runsRouter(runs), { context: {} }) as unknown as LatheClient['runs'];
});
afterEach(async () => {
  await close();
  core.database.close();
  fs.rmSync(folder, { recursive: true });
});

/** What a schema lets through unchanged has nothing more and nothing else than it says. */
function expectAsSaid(name: keyof typeof runsContract, answer: unknown): void {
  const schema = runsContract[name]['~orpc'].outputSchema as unknown as ZodType;
  expect(schema.parse(answer)).toEqual(answer);
}

it('answers that are not checked again are as the contract says, with all and with some fields', async () => {
  const listed = await client.list({ project, orderBy: 'name' });
  expect(listed.runs).toHaveLength(2);
  expect(listed.runs[1]!.metrics).toEqual({ loss: 0.5, odd: 'NaN', wide: 'Infinity' });
  expectAsSaid('list', listed);
  const some = await client.list({ project, orderBy: 'name', fields: ['metrics.loss', 'params.lr'] });
  const { metrics, params, tags } = some.runs[1]!;
  expect({ metrics, params, tags }).toEqual({ metrics: { loss: 0.5 }, params: { lr: 0.1 }, tags: {} });
  expectAsSaid('list', some);
  expectAsSaid('ids', await client.ids({ project }));
  expectAsSaid('compare', await client.compare({ runs: listed.runs.map(({ id }) => id) }));
  const groups = {
    by: ['params.optimizer', 'data'],
    fields: ['metrics.loss', 'metrics.odd', 'tags.team', 'duration'],
  };
  expectAsSaid('groups', await client.groups({ project, ...groups }));
});

it('what a caller sends is checked, whatever the answer', async () => {
  await expect(client.list({ project, limit: 0 })).rejects.toThrow(
    expect.objectContaining({ code: 'BAD_REQUEST' }),
  );
  await expect(client.groups({ project, by: [] })).rejects.toThrow(
    expect.objectContaining({ code: 'BAD_REQUEST' }),
  );
});
