import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { latheJson } from '../support/lathe-process.ts';
import { logTools } from '../support/log-tools.ts';
import { clientVariables, serveWorkspace } from '../support/mlflow-servers.ts';
import { csvWriter } from '../support/run-logs/csv-writer.ts';
import { runLogs } from '../support/run-logs/fixtures.ts';
import { mlrunsWriter } from '../support/run-logs/mlflow-writer.ts';
import { tensorBoardWriter } from '../support/run-logs/tensorboard-writer.ts';
import { TransferBench } from '../support/transfer-bench.ts';

const LIMIT_MS = 240_000;
const run = await logTools();

let bench: TransferBench;
beforeEach(() => {
  bench = new TransferBench();
});
afterEach(() => bench.close());

type Said = Record<
  string,
  {
    id: string;
    experiment: string;
    status: string;
    start: number;
    end: number;
    params: Record<string, string>;
    tags: Record<string, string>;
    metrics: Record<string, [number, number, string][]>;
    artifacts: Record<string, string>;
  }
>;

/** A number as Python writes it. */
const python = (value: number | string): string => {
  if (value === 'NaN') return 'nan';
  if (typeof value === 'string') return value === 'Infinity' ? 'inf' : '-inf';
  return Number.isInteger(value) ? `${value}.0` : String(value);
};

describe.skipIf(run === null)('logs that the tools write now', () => {
  it(
    'are read: TensorBoard',
    async () => {
      await run!('producers/tensorboard_logs.py', bench.place('logs'));
      expect(await bench.import(bench.place('logs'))).toMatchObject({
        newRuns: 2,
        points: 25,
        artifacts: 6,
        notes: [],
      });
      expect(await bench.import(bench.place('logs'))).toMatchObject({ newRuns: 0, points: 0, artifacts: 0 });
    },
    LIMIT_MS,
  );

  it(
    'are read: W&B without a network',
    async () => {
      await run!('producers/wandb_logs.py', bench.place('wandb'), 'first001');
      await run!('producers/wandb_logs.py', bench.place('wandb'), 'second02');
      expect(await bench.import(bench.place('wandb'))).toMatchObject({ newRuns: 2, points: 126, notes: [] });
      expect(await bench.import(bench.place('wandb'))).toMatchObject({ newRuns: 0, points: 0, artifacts: 0 });
      expect(Object.keys(bench.contents())).toEqual(['baseline', 'baseline-2']);
    },
    LIMIT_MS,
  );

  for (const store of ['files', 'sqlite']) {
    it(
      `are read: MLflow's ${store}`,
      async () => {
        const id = (await run!('producers/mlflow_runs.py', bench.place('tracking'), store))
          .trim()
          .split('\n')
          .at(-1);
        const result = await bench.import(bench.place('tracking'));
        expect(result).toMatchObject({ format: 'mlflow', newRuns: 3, points: 27, artifacts: 2, notes: [] });
        const first = bench.run('first');
        expect(first).toMatchObject({
          id,
          experimentName: 'digits',
          status: 'finished',
          params: { lr: 0.1 },
        });
        expect(bench.points(first.id, 'odd').map(({ value }) => value)).toEqual([
          'NaN',
          'Infinity',
          '-Infinity',
        ]);
        expect((await bench.bytes('first', 'notes/a.txt')).toString()).toBe('kept\n');
        expect(await bench.import(bench.place('tracking'))).toMatchObject({
          newRuns: 0,
          points: 0,
          artifacts: 0,
        });
      },
      LIMIT_MS,
    );
  }
});

describe.skipIf(run === null)('what hangs on runs', () => {
  it(
    'comes with them: the artifacts of W&B',
    async () => {
      await run!('producers/wandb_artifacts.py', bench.place('wandb'));
      const { notes } = await bench.import(bench.place('wandb'));
      expect(notes.map((note) => note.replace(/.*: /, ''))).toEqual([
        '1 of 2 files of the artifact net are not here.',
        '1 of 2 files of the artifact predictions are not here.',
      ]);
      const { artifacts, tags } = bench.run('with artifacts');
      expect(artifacts).toContainEqual(
        expect.objectContaining({ path: 'artifacts/net/deep/content.bin', kind: 'model', key: 'net' }),
      );
      const bytes = await bench.bytes('with artifacts', 'artifacts/predictions/deep/content.bin');
      expect(bytes.toString()).toBe('predictions');
      expect(tags['wandb.artifact.net']).toMatch(/^model [0-9a-f]{32} best latest$/);
    },
    LIMIT_MS,
  );

  for (const store of ['files', 'sqlite']) {
    it(
      `comes with them and is read back by MLflow: data and registered models of its ${store}`,
      async () => {
        const source = bench.place('tracking');
        const id = (await run!('producers/mlflow_registry.py', source, store)).trim().split('\n').at(-1);
        const workspace = bench.place('served');
        const imported = await latheJson(['run', 'import', source], workspace);
        expect(imported).toMatchObject({
          newRuns: 1,
          modelVersions: 2,
          notes: ['Version 1 of the model elsewhere has no files that a run keeps.'],
        });
        expect(await latheJson(['run', 'import', source], workspace)).toMatchObject({ modelVersions: 0 });
        const served = await serveWorkspace(workspace);
        try {
          const read = await logTools(clientVariables(served));
          const version = (number: number) => ({
            version: String(number),
            run: id,
            description: `number ${number}`,
            tried: String(number),
            model: `flavors: {}\nnumber: ${number}\n`,
          });
          expect(JSON.parse(await read!('read_registry.py', 'net'))).toEqual({
            description: 'for digits',
            tags: { team: 'größe' },
            aliases: { best: '1', newest: '3' },
            versions: [version(1), version(3)],
            inputs: ['digits', 'größe'].map((name) => [name, 'd1', '{"uri": "data.csv"}', 'training']),
          });
        } finally {
          await served.stop();
        }
      },
      LIMIT_MS,
    );
  }
});

describe.skipIf(run === null)('exports', () => {
  /** Runs with everything that exports hold. */
  async function fill(): Promise<string[]> {
    await bench.import(runLogs('tensorboard'));
    await bench.import(runLogs('wandb'));
    await bench.import(runLogs('mlflow'));
    const { runs } = bench.runs.list({ orderBy: 'name', descending: false, limit: 100, offset: 0 });
    return runs.map(({ id }) => id);
  }

  it(
    'are opened by MLflow with every point, parameter, tag and artifact',
    async () => {
      const ids = await fill();
      const result = await bench.export(ids, 'mlflow', bench.place('mlruns'));
      expect(result).toMatchObject({ runs: ids.length, points: 115 });
      const said = JSON.parse(await run!('read_exports.py', 'mlflow', bench.place('mlruns'))) as Said;
      expect(Object.keys(said).sort()).toEqual(Object.keys(bench.contents()));
      for (const [name, theirs] of Object.entries(said)) {
        const ours = bench.run(name);
        expect(theirs).toMatchObject({
          id: ours.id,
          experiment: ours.experimentName,
          start: ours.startedAt,
          end: ours.endedAt,
          params: Object.fromEntries(Object.entries(ours.params).map(([key, value]) => [key, String(value)])),
          tags: ours.tags,
        });
        const expected = Map.groupBy(bench.points(ours.id), ({ key }) => key);
        expect(Object.keys(theirs.metrics).sort()).toEqual([...expected.keys()].sort());
        for (const [key, points] of expected)
          expect(theirs.metrics[key]).toEqual(
            points.map((each) => [each.step, each.timeMs, python(each.value)]),
          );
        for (const { path: file } of ours.artifacts)
          expect(theirs.artifacts[file]).toBe((await bench.bytes(name, file)).toString('hex'));
      }
      expect(said.first!.status).toBe('FINISHED');
      expect(said.second!.status).toBe('FAILED');
      expect(said.open!.status).toBe('KILLED');
    },
    LIMIT_MS,
  );

  it(
    'are read by TensorBoard to the last digit, with pictures and hyper-parameters',
    async () => {
      const ids = await fill();
      await bench.export(ids, 'tensorboard', bench.place('board'));
      const said = JSON.parse(await run!('read_exports.py', 'tensorboard', bench.place('board')));
      expect(Object.keys(said).sort()).toEqual(Object.keys(bench.contents()));
      for (const [name, theirs] of Object.entries<{
        scalars: Said[string]['metrics'];
        images: Record<string, [number, ...string[]][]>;
        params: object;
      }>(said)) {
        const ours = bench.run(name);
        const expected = Map.groupBy(bench.points(ours.id), ({ key }) => key);
        expect(Object.keys(theirs.scalars).sort()).toEqual([...expected.keys()].sort());
        for (const [key, points] of expected)
          expect(theirs.scalars[key]).toEqual(
            points.map((each) => [each.step, each.timeMs, python(each.value)]),
          );
        expect(theirs.params).toEqual(ours.params);
        for (const artifact of ours.artifacts.filter(({ kind }) => kind === 'image')) {
          const [[step, width, height, bytes]] = theirs.images[artifact.key!] as [
            [number, string, string, string],
          ];
          expect([step, bytes]).toEqual([
            artifact.step,
            (await bench.bytes(name, artifact.path)).toString('hex'),
          ]);
          expect(Number(Buffer.from(width, 'hex')) * Number(Buffer.from(height, 'hex'))).toBeGreaterThan(0);
        }
      }
    },
    LIMIT_MS,
  );
});

describe('what was exported', () => {
  const points = [
    { key: 'loss', step: 0, value: 0.1 },
    { key: 'größe/µ', step: 2 ** 40, value: -1.5e-300 },
    { key: 'odd', step: 1, value: Number.NaN },
    { key: 'odd', step: 2, value: Number.POSITIVE_INFINITY },
  ];
  const keys = ['loss', 'größe/µ', 'odd'];

  for (const format of ['mlflow', 'tensorboard'] as const) {
    it(`can be imported elsewhere with nothing lost: ${format}`, async () => {
      const writer = csvWriter(bench.place('log'), keys);
      writer.log(...points);
      writer.param('lr', '0.1x');
      const { runs } = await bench.import(writer.source);
      await bench.export([runs[0]!.id], format, bench.place('out'));
      const other = new TransferBench();
      try {
        await other.import(bench.place('out'));
        expect(other.contents()).toEqual(bench.contents());
      } finally {
        await other.close();
      }
    });
  }

  it('is not taken for a new run where it came from', async () => {
    const writer = mlrunsWriter(bench.place('source'));
    writer.log(...points);
    const { runs } = await bench.import(writer.source);
    await bench.export([runs[0]!.id], 'mlflow', bench.place('out'));
    expect(await bench.import(bench.place('out'))).toMatchObject({ newRuns: 0, points: 0 });
  });

  it('never replaces what is there', async () => {
    const writer = tensorBoardWriter(bench.place('log'));
    writer.log(...points);
    const { runs } = await bench.import(writer.source);
    fs.mkdirSync(bench.place('out'));
    fs.writeFileSync(path.join(bench.place('out'), 'mine.txt'), 'mine');
    await expect(bench.export([runs[0]!.id], 'csv', bench.place('out'))).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
    });
    expect(fs.readdirSync(bench.place('out'))).toEqual(['mine.txt']);
    await expect(bench.export([runs[0]!.id], 'csv', bench.place('no/such/folder'))).rejects.toMatchObject({
      code: 'PATH_NOT_FOUND',
    });
    const inside = path.join(bench.core.folders.objects, 'out');
    await expect(bench.export([runs[0]!.id], 'csv', inside)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(bench.export(['nobody'], 'csv', bench.place('out2'))).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(fs.readdirSync(bench.folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('is a table of runs and one of points, as CSV', async () => {
    const writer = csvWriter(bench.place('log, "quoted"'), ['loss', 'Loss']);
    writer.log({ key: 'loss', step: 1, value: 0.5 }, { key: 'Loss', step: 2, value: Number.NaN });
    const { runs } = await bench.import(writer.source);
    await bench.export([runs[0]!.id], 'csv', bench.place('out'));
    const id = runs[0]!.id;
    const read = (name: string) => fs.readFileSync(path.join(bench.place('out'), name), 'utf8').split('\n');
    expect(read('runs.csv')[0]).toContain('metrics.Loss,metrics.loss_2');
    expect(read('runs.csv')[1]).toContain(`${id},"log, ""quoted""",`);
    const time = bench.points(id)[0]!.timeMs;
    expect(read('metrics.csv').slice(1, 3)).toEqual([
      expect.stringMatching(new RegExp(`^${id},"log, ""quoted""",[^,]*,Loss,2,${time},nan$`)),
      expect.stringMatching(new RegExp(`,loss,1,${time},0.5$`)),
    ]);
  });

  it('is the same two tables as Parquet', async () => {
    const writer = csvWriter(bench.place('log'), keys);
    writer.log(...points);
    const { runs } = await bench.import(writer.source);
    await bench.export([runs[0]!.id], 'parquet', bench.place('out'));
    expect(fs.readdirSync(bench.place('out'))).toEqual(['metrics.parquet', 'runs.parquet']);
    const rows = await bench.parquet(
      path.join(bench.place('out'), 'metrics.parquet'),
      'metric, step::DOUBLE, value::VARCHAR',
    );
    expect(rows).toEqual([
      ['größe/µ', 2 ** 40, '-1.5e-300'],
      ['loss', 0, '0.1'],
      ['odd', 1, 'nan'],
      ['odd', 2, 'inf'],
    ]);
  });
});
