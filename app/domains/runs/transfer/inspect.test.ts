import fs from 'node:fs';
import path from 'node:path';
import { createRouterClient } from '@orpc/server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { csvWriter } from '../../../../test/support/run-logs/csv-writer.ts';
import { mlflowDatabaseWriter, mlrunsWriter } from '../../../../test/support/run-logs/mlflow-writer.ts';
import { EVENT_FILE, tensorBoardWriter } from '../../../../test/support/run-logs/tensorboard-writer.ts';
import { wandbWriter } from '../../../../test/support/run-logs/wandb-writer.ts';
import { TransferBench } from '../../../../test/support/transfer-bench.ts';
import type { LatheClient } from '../../../contract/index.ts';
import { inspectedSource } from '../../../contract/transfer.contract.ts';
import { transferRouter } from './transfer.router.ts';

let bench: TransferBench;
let client: LatheClient['transfer'];
beforeEach(() => {
  bench = new TransferBench();
  client = createRouterClient(transferRouter(bench.transfer), {
    context: {},
  }) as unknown as LatheClient['transfer'];
});
afterEach(() => bench.close());

const point = { key: 'loss', step: 0, value: 1 };
const inspect = (named: string) => client.inspect({ path: bench.place(named) });

/** Files outside of the workspace with what tells that they were changed; SQLite's own beside a database come and go. */
function stateOf(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => !name.startsWith('workspace') && !/-(shm|wal)$/.test(name))
    .filter((name) => fs.lstatSync(path.join(folder, name)).isFile())
    .sort()
    .map((name) => {
      const { size, mtimeMs } = fs.lstatSync(path.join(folder, name));
      return `${name} ${size} ${mtimeMs}`;
    });
}

describe('what is at a path', () => {
  const named = { names: ['a run'], experiments: ['digits'] };
  const unnamed = { names: ['logs'], experiments: ['logs'] };
  it.each([
    ['tensorboard', tensorBoardWriter, unnamed],
    ['wandb', (folder: string) => wandbWriter(folder), named],
    ['mlflow', (folder: string) => mlrunsWriter(folder), named],
    ['mlflow', (folder: string) => mlflowDatabaseWriter(folder), named],
    [
      'csv',
      (folder: string) => csvWriter(folder, ['loss']),
      { ...unnamed, experiments: [expect.any(String)] },
    ],
  ] as const)('is told before it is imported, and nothing is changed: %s', async (format, write, facts) => {
    const writer = write(bench.place('logs'));
    writer.log(point);
    writer.close();
    const before = stateOf(bench.folder);
    const found = await inspect('logs');
    expect(inspectedSource.strict().parse(found)).toMatchObject({ format, runs: 1, ...facts });
    expect(stateOf(bench.folder)).toEqual(before);
    expect(bench.contents()).toEqual({});
    expect(bench.core.jobs.list({ active: false, limit: 10 })).toEqual([]);
  });

  it('is told for a folder of the SDK without looking further', async () => {
    fs.mkdirSync(bench.place('run-1'));
    fs.writeFileSync(bench.place('run-1/run.json'), '{}');
    expect(await inspect('run-1')).toMatchObject({ format: 'lathe', runs: 1, names: ['run-1'] });
  });

  it('may be many runs, of which a few are named', async () => {
    for (let run = 0; run < 25; run++) {
      const id = run.toString(16).padStart(32, '0');
      mlrunsWriter(bench.place('many'), id);
      fs.rmSync(bench.place(`many/mlruns/1/${id}/artifacts`), { recursive: true });
    }
    const { runs, names } = await inspect('many');
    expect([runs, names.length]).toEqual([25, 20]);
  });

  it('is read as the format that is named, even where that finds nothing', async () => {
    csvWriter(bench.place('logs'), ['loss']).log(point);
    expect(await client.inspect({ path: bench.place('logs'), format: 'tensorboard' })).toMatchObject({
      format: 'tensorboard',
      runs: 0,
    });
  });

  it.each([
    ['a path that does not begin at the root', 'INVALID_INPUT', 'logs'],
    ['nothing', 'PATH_NOT_FOUND', '/nowhere/at/all'],
    ['a path with a NUL', 'INVALID_INPUT', '/tmp/\0'],
  ])('is refused with a reason: %s', async (_, code, named) => {
    await expect(client.inspect({ path: named })).rejects.toMatchObject({ code });
  });

  it('is refused where no tool wrote it, and the formats are named', async () => {
    fs.mkdirSync(bench.place('empty'));
    await expect(inspect('empty')).rejects.toMatchObject({
      code: 'PATH_NOT_FOUND',
      nextStep: expect.stringContaining('tensorboard'),
    });
  });

  it('stops when nobody waits for it any more', async () => {
    mlrunsWriter(bench.place('logs'));
    const stop = new AbortController();
    stop.abort();
    const asked = bench.transfer.inspect({ path: bench.place('logs'), format: 'mlflow' }, stop.signal);
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('a folder that was made to do harm', () => {
  const SECRET = 'outside of the folder';
  let secret: string;
  beforeEach(() => {
    secret = bench.place('secret.txt');
    fs.writeFileSync(secret, SECRET);
  });

  /** What is said of it, or the code of a refusal; a mistake of ours is neither. */
  async function told(named: string, format: 'auto' | 'tensorboard' | 'wandb' | 'mlflow' | 'csv' = 'auto') {
    const found = await client
      .inspect({ path: bench.place(named), format })
      .catch((error: { code?: string }) => {
        expect(error.code).toMatch(/^(DATA_MALFORMED|PATH_NOT_FOUND|PATH_UNREADABLE|TOO_LARGE)$/);
        return error.code!;
      });
    expect(JSON.stringify(found)).not.toContain(SECRET);
    return found;
  }

  it('is not read through its links', async () => {
    const hidden = bench.place('hidden');
    mlrunsWriter(hidden);
    tensorBoardWriter(hidden).log(point);
    fs.mkdirSync(bench.place('linked'));
    fs.symlinkSync(hidden, bench.place('linked/up'));
    fs.symlinkSync(path.join(hidden, EVENT_FILE), bench.place(`linked/${EVENT_FILE}`));
    fs.symlinkSync(path.join(hidden, 'mlruns'), bench.place('linked/mlruns'));
    fs.symlinkSync(secret, bench.place('linked/metrics.csv'));
    expect(await told('linked')).toBe('PATH_NOT_FOUND');
  });

  it('does not lead in a circle, nor deeper than anybody puts logs', async () => {
    let folder = bench.place('circle');
    for (let depth = 0; depth < 60; depth++) folder = path.join(folder, 'deeper');
    fs.mkdirSync(folder, { recursive: true });
    fs.symlinkSync(bench.place('circle'), path.join(folder, 'again'));
    tensorBoardWriter(path.join(folder, 'logs')).log(point);
    expect(await told('circle')).toBe('PATH_NOT_FOUND');
  });

  it('has no name of a run from a file outside', async () => {
    const { runFolder } = mlrunsWriter(bench.place('named'));
    const meta = path.join(runFolder, 'meta.yaml');
    fs.writeFileSync(meta, fs.readFileSync(meta, 'utf8').replace(/run_name: .*\n/, ''));
    fs.mkdirSync(path.join(runFolder, 'tags'), { recursive: true });
    fs.symlinkSync(secret, path.join(runFolder, 'tags', 'mlflow.runName'));
    await told('named');
  });

  it('is refused where its description is a bomb, not a description or larger than any', async () => {
    const meta = (text: string | Buffer, name: string) => {
      fs.mkdirSync(bench.place(`${name}/mlruns/1/run`), { recursive: true });
      fs.writeFileSync(bench.place(`${name}/mlruns/1/run/meta.yaml`), text);
    };
    const levels = Array.from({ length: 12 }, (_, n) => `l${n + 1}: &l${n + 1} [${`*l${n},`.repeat(10)}]\n`);
    meta(`run_id: x\nl0: &l0 [x]\n${levels.join('')}`, 'bomb');
    meta(Buffer.alloc(4096, 0xff), 'bytes');
    meta(`run_id: x\n#${'#'.repeat(2 << 20)}`, 'large');
    for (const name of ['bomb', 'bytes', 'large']) expect(await told(name)).toBe('PATH_NOT_FOUND');
  });

  it('is not waited for where its files are pipes and devices', async () => {
    fs.mkdirSync(bench.place('odd'));
    fs.symlinkSync('/dev/zero', bench.place('odd/metrics.csv'));
    fs.symlinkSync('/dev/zero', bench.place('odd/mlflow.db'));
    expect(await told('odd')).toBe('PATH_NOT_FOUND');
  });

  it('is not believed where it only begins like a database or a log', async () => {
    fs.mkdirSync(bench.place('false'));
    fs.writeFileSync(bench.place('false/mlflow.db'), 'SQLite format 3\0 and nothing');
    fs.writeFileSync(bench.place('false/run-x.wandb'), 'not a log');
    fs.writeFileSync(bench.place(`false/${EVENT_FILE}`), 'not a record');
    for (const format of ['auto', 'wandb', 'mlflow'] as const)
      expect(await told('false', format)).toSatisfy(
        (found: string | { runs: number }) => typeof found === 'string' || found.runs <= 1,
      );
  });

  it('does not hang on a database whose tables are views without end', async () => {
    const { file, close } = mlflowDatabaseWriter(bench.place('views'));
    close();
    bench.rewrite(file, [
      'DROP TABLE runs',
      `CREATE VIEW runs AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
         SELECT i AS run_uuid, 'x' AS name, 'active' AS lifecycle_stage, 1 AS experiment_id, 1 AS start_time FROM n`,
    ]);
    expect(await told('views')).toBe('PATH_NOT_FOUND');
    expect(await told('views', 'mlflow')).toMatchObject({ runs: 0 });
  });

  it('may have names of any length and letters, which stay words', async () => {
    const { runFolder } = mlrunsWriter(bench.place('words'));
    const name = `<img src=x onerror=alert(1)>\u202e${'x'.repeat(5000)}`;
    const meta = path.join(runFolder, 'meta.yaml');
    fs.writeFileSync(
      meta,
      fs.readFileSync(meta, 'utf8').replace(/run_name: .*/, `run_name: ${JSON.stringify(name)}`),
    );
    const found = await told('words');
    expect(found).toMatchObject({ runs: 1 });
    expect((found as { names: string[] }).names[0]!.length).toBeLessThanOrEqual(5100);
  });
});
