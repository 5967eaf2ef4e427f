import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataSplitSpec } from '../../app/contract/data-splits.ts';
import type { DockerExecutor } from '../../app/executors/docker/docker.executor.ts';
import { createDataCheckEngine } from '../../native/tables/checks/check-engine.ts';
import { readNpy } from '../../native/tables/checks/npy-file.ts';
import { findTestEngine } from '../support/docker-engine.ts';
import { parquetTable } from '../support/parquet-table.ts';
import { executorFor, makeData, outputOf, pythonRun, runToEnd } from './container-run.ts';

const engine = await findTestEngine();
const checks = createDataCheckEngine();
let executor: DockerExecutor;

beforeAll(() => {
  if (engine) executor = executorFor(engine);
});
afterAll(async () => {
  await checks.close();
  await executor?.close();
  await engine?.stop();
});

const names = ['a.txt', 'b.txt', 'c.txt', 'd.txt', 'e.txt', 'f.txt'];

/** A split of the files of a folder, laid out as the core does it. */
async function splitOf(): Promise<string> {
  const folder = makeData({});
  const tablePath = await parquetTable(
    makeData({}),
    'table',
    `SELECT unnest([${names.map((name) => `'${name}'`).join(', ')}]) AS file`,
  );
  const parts = [
    { name: 'train', fraction: 0.5 },
    { name: 'test', fraction: 0.5 },
  ];
  const spec = dataSplitSpec.parse({ method: { kind: 'random' }, parts });
  const { assignment } = await checks.split({ tablePath, spec });
  const views = parts.map(({ name }, place) => ({ name, of: [place] }));
  await checks.layOut(assignment, views, folder, { tablePath, column: 'file' });
  const described = parts.map(({ name }) => ({
    name,
    rows: 3,
    file: `${name}.npy`,
    files: `${name}.files.jsonl`,
  }));
  fs.writeFileSync(
    path.join(folder, 'split.json'),
    JSON.stringify({ version: 1, split: 'holdout', parts: described }),
  );
  for (const name of fs.readdirSync(folder)) fs.chmodSync(path.join(folder, name), 0o444);
  fs.chmodSync(folder, 0o755);
  return folder;
}

describe.skipIf(!engine)('a program in a container that was given a split', () => {
  it('reads the rows and the files of each part, and cannot change them', async () => {
    const split = await splitOf();
    const run = pythonRun(
      `
import json, os, lathe
split = lathe.split()
seen = {part: [list(split[part]), [open(file).read() for file in split.files(part)]] for part in split}
try:
    open(os.path.join(os.environ['LATHE_SPLIT'], 'split.json'), 'a'); wrote = True
except OSError:
    wrote = False
print(json.dumps({'seen': seen, 'same': list(lathe.split('data')['test']) == list(split['test']), 'wrote': wrote, 'inputs': list(lathe.inputs)}))
`,
      {
        inputs: [
          { name: 'data', path: makeData(Object.fromEntries(names.map((name) => [name, `in ${name}`]))) },
          { name: '.split.data', path: split },
        ],
      },
    );
    const { exit } = await runToEnd(executor, run);
    expect(exit).toMatchObject({ state: 'finished', exitCode: 0 });
    const expected: Record<string, unknown> = {};
    for (const part of ['train', 'test']) {
      const rows = await readNpy(path.join(split, `${part}.npy`));
      expected[part] = [rows, rows.map((row) => `in ${names[row]}`)];
    }
    expect(JSON.parse(outputOf(run))).toEqual({
      seen: expected,
      same: true,
      wrote: false,
      inputs: ['data'],
    });
  });
});
