import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorTable } from '../../app/contract/errors.ts';
import { openDatabase } from '../../native/sqlite/open-database.ts';
import { lathe, latheJson, startLathe } from '../support/lathe-process.ts';
import { runLogs } from '../support/run-logs/fixtures.ts';
import { tensorBoardWriter } from '../support/run-logs/tensorboard-writer.ts';

const LIMIT_MS = 120_000;
let folder: string;
let workspace: string;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-transfer-cli-'));
  workspace = path.join(folder, 'workspace');
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const loss = (step: number) => ({ key: 'loss', step, value: 1 / (step + 1) });

describe('an import that is killed', () => {
  it(
    'is completed by the next one, with each point once',
    async () => {
      const writer = tensorBoardWriter(path.join(folder, 'logs'));
      const count = 400_000;
      for (let from = 0; from < count; from += 50_000)
        writer.log(...Array.from({ length: 50_000 }, (_, index) => loss(from + index)));
      for (const afterMs of [900, 1200, 1500, 1800]) {
        const importing = startLathe(['run', 'import', writer.source], workspace);
        await new Promise((resolve) => setTimeout(resolve, afterMs));
        importing.child.kill('SIGKILL');
        await importing.finished;
      }
      await latheJson(['run', 'import', writer.source], workspace);
      const shown = await latheJson(['run', 'show', 'logs'], workspace);
      expect(shown.metricSummaries.loss).toMatchObject({ points: count, firstStep: 0, lastStep: count - 1 });
      // Nothing is there twice: the mean of all is that of one of each.
      const mean =
        Array.from({ length: count }, (_, step) => 1 / (step + 1)).reduce((sum, each) => sum + each) / count;
      expect(shown.metricSummaries.loss.mean).toBeCloseTo(mean, 12);
    },
    LIMIT_MS,
  );
});

describe('lathe run import and lathe run export', () => {
  it(
    'take runs in, once, and write them out again',
    async () => {
      const first = await latheJson(['run', 'import', runLogs('mlflow')], workspace);
      expect(first).toMatchObject({ format: 'mlflow', newRuns: 3, points: 27 });
      const again = await lathe(['run', 'import', runLogs('mlflow'), '--format', 'mlflow'], workspace);
      expect(again.stdout).toContain('0 new and 3 known runs from mlflow: 0 new points, 0 new files.');
      const to = path.join(folder, 'board');
      const exported = await latheJson(
        ['run', 'export', 'first', 'second', '--format', 'tensorboard', '--to', to],
        workspace,
      );
      expect(exported).toMatchObject({ runs: 2, points: 26, path: to });
      expect(fs.readdirSync(to).sort()).toEqual(['first', 'second']);
      expect(
        await latheJson(['run', 'export', 'first', '--format', 'csv', '--to', to], workspace),
      ).toMatchObject({ error: { code: 'ALREADY_EXISTS' } });
    },
    LIMIT_MS,
  );

  it(
    'name what is unknown',
    async () => {
      fs.mkdirSync(path.join(folder, 'empty'));
      expect(await latheJson(['run', 'import', path.join(folder, 'empty')], workspace)).toMatchObject({
        error: {
          code: 'PATH_NOT_FOUND',
          nextStep: expect.stringContaining('tensorboard, wandb, mlflow, csv'),
        },
      });
      expect(await latheJson(['run', 'import', folder, '--format', 'aim'], workspace)).toMatchObject({
        error: { code: 'INVALID_INPUT' },
      });
    },
    LIMIT_MS,
  );

  it(
    'follow a live log until Ctrl+C',
    async () => {
      const writer = tensorBoardWriter(path.join(folder, 'logs'));
      writer.log(loss(0), loss(1));
      const following = startLathe(['run', 'import', writer.source, '--follow', '--json'], workspace);
      const seen = path.join(workspace, 'lathe.db');
      await untilIt(() => fs.existsSync(seen));
      await untilSteps(2);
      writer.log(loss(2));
      await untilSteps(3);
      following.child.kill('SIGINT');
      const { code, stdout } = await following.finished;
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ newRuns: 1, points: 3 });
      expect((await latheJson(['run', 'show', 'logs'], workspace)).status).toBe('finished');
    },
    LIMIT_MS,
  );
});

async function untilIt(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** Asked of the process that follows: it owns the workspace. */
async function untilSteps(count: number): Promise<void> {
  while (true) {
    const said = await latheJson(['run', 'list'], workspace);
    const last = said.runs?.[0]?.metrics?.loss;
    if (last === 1 / count) return;
  }
}

describe('lathe run verify', () => {
  it(
    'names the damaged chunk by run, metric and steps, and the rest can be read',
    async () => {
      const writer = tensorBoardWriter(path.join(folder, 'logs'));
      writer.log(...Array.from({ length: 5000 }, (_, step) => loss(step)));
      await latheJson(['run', 'import', writer.source], workspace);
      const whole = await lathe(['run', 'verify'], workspace);
      expect([whole.code, whole.stdout.trim()]).toEqual([
        0,
        'All 5000 points of 1 run are as they were written.',
      ]);
      const database = openDatabase(path.join(workspace, 'lathe.db'));
      const { data } = database.prepare('SELECT data FROM metric_chunks WHERE position = 1').get()!;
      const bytes = Uint8Array.from(data as Uint8Array);
      bytes[500]! ^= 8;
      database.prepare('UPDATE metric_chunks SET data = ? WHERE position = 1').run(bytes);
      database.close();
      const checked = await lathe(['run', 'verify', 'logs', '--json'], workspace);
      expect(checked.code).toBe(errorTable.WORKSPACE_DAMAGED.exitCode);
      expect(JSON.parse(checked.stdout)).toMatchObject({
        damaged: [
          { runName: 'logs', key: 'loss', fromStep: 2048, toStep: 4095, points: 2048, what: 'points' },
        ],
        damagedPoints: 2048,
        points: 5000,
      });
      const query = "SELECT count(*) FROM points WHERE key = 'loss'";
      const answer = await lathe(['run', 'sql', query], workspace);
      expect(answer.stdout).toContain(String(5000 - 2048));
      expect(answer.stderr).toContain('2048 points of loss from step 2048 to 4095 are damaged');
    },
    LIMIT_MS,
  );
});
