import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openReadOnlyDatabase } from '../../../../native/sqlite/read-only-database.ts';
import { createQueryEngine } from '../../../../native/tables/query/query-engine.ts';
import { TransferBench } from '../../../../test/support/transfer-bench.ts';
import { atOnce, unlimited } from '../../../contract/execution.ts';
import type { ArtifactId, DatasetVersionId, Digest, ExperimentId, RunId } from '../../../contract/ids.ts';
import type { VerifiedMetrics } from '../../../contract/run-sql.contract.ts';
import { newId } from '../../../kernel/new-id.ts';
import { createProjects } from '../../projects/index.ts';
import { createRunSql, type RunSql, type RunSqlQuery } from './index.ts';

const bench = new TransferBench();
const engine = createQueryEngine();
const projects = createProjects(bench.core);
let sql: RunSql;
let ids: RunId[];

const digest = 'd'.repeat(64) as Digest;

beforeAll(() => {
  const { repository, metrics } = bench.runs.intake;
  const project = projects.resolve().id;
  const experiment = newId<ExperimentId>();
  repository.insertExperiment(experiment, project, 'mnist', 1);
  ids = [0.1, 0.01, 0.001].map((lr, index) => {
    const id = newId<RunId>();
    repository.insert({
      ...{ id, projectId: project, experimentId: experiment, name: `run-${index}`, color: 1 },
      ...{ template: 'mlp', target: 'native', params: { lr, optimizer: 'adam' }, tags: { team: "o'hara" } },
      inputs: [
        {
          name: 'data',
          datasetVersionId: newId<DatasetVersionId>(),
          datasetName: 'digits',
          version: 2,
          digest,
        },
      ],
      ...{ environment: {}, parentRunId: null, reproducesRunId: null, preflight: false, recipe: null },
      ...{ code: null, resources: unlimited, scheduling: atOnce, checks: [], createdAt: 1_750_000_000_000 },
    });
    repository.change(id, { status: 'finished', startedAt: 1_750_000_001_000, endedAt: 1_750_000_003_500 });
    repository.putArtifact(id, {
      ...{ id: newId<ArtifactId>(), path: 'model.onnx', sizeBytes: 10, digest, kind: 'model' as const },
      ...{ key: null, step: null, createdAt: 1_750_000_002_000 },
    });
    const points = Array.from({ length: 40_000 }, (_, step) => ({
      key: 'loss',
      step,
      timeMs: 1_750_000_001_000 + step,
      value: (index + 1) / (step + 1),
    }));
    bench.core.database.transaction(() =>
      metrics.append(id, [
        ...points,
        { key: 'odd', step: 7, timeMs: 1_750_000_001_000, value: index === 0 ? Number.NaN : -Infinity },
      ]),
    );
    return id;
  });
  const deleted = ids[2]!;
  repository.change(deleted, { deletedAt: 5 });
  sql = createRunSql(bench.core, { projects, runs: bench.runs, engine });
});

afterAll(async () => {
  await engine.close();
  await bench.close();
});

const ask = (query: string, more: Partial<RunSqlQuery> = {}, signal?: AbortSignal) =>
  sql.query({ query, limit: 1000, timeLimitMs: 60_000, ...more }, signal);
const rows = async (query: string, more: Partial<RunSqlQuery> = {}) => (await ask(query, more)).rows;

describe('SQL over the runs of a project', () => {
  it('joins runs with their parameters, tags, data and metrics, and leaves deleted runs out', async () => {
    const answer = await ask(
      `SELECT r.name, r.started_at, r.duration_seconds, p.number AS lr, t.value AS team, d.dataset || '@' || d.version AS data, m.last
       FROM runs r JOIN params p USING (run_id) JOIN tags t USING (run_id) JOIN data d USING (run_id) JOIN metrics m USING (run_id)
       WHERE p.key = 'lr' AND m.key = 'loss' AND t.key = 'team' ORDER BY lr`,
    );
    expect(answer.columns.map(({ name }) => name)).toEqual([
      'name',
      'started_at',
      'duration_seconds',
      'lr',
      'team',
      'data',
      'last',
    ]);
    expect(answer.rows).toEqual([
      ['run-1', '2025-06-15T15:06:41.000Z', 2.5, 0.01, "o'hara", 'digits@2', 2 / 40_000],
      ['run-0', '2025-06-15T15:06:41.000Z', 2.5, 0.1, "o'hara", 'digits@2', 1 / 40_000],
    ]);
    expect(answer.truncated).toBe(false);
  });

  it('reads every point', async () => {
    expect(
      await rows(
        `SELECT r.name, count(*), max(step), sum(value), min(time) FROM points JOIN runs r USING (run_id)
         WHERE key = 'loss' GROUP BY ALL ORDER BY ALL`,
      ),
    ).toEqual([
      ['run-0', 40_000, 39_999, expect.closeTo(11.174, 2), '2025-06-15T15:06:41.000Z'],
      ['run-1', 40_000, 39_999, expect.closeTo(22.348, 2), '2025-06-15T15:06:41.000Z'],
    ]);
  });

  it('fills points with the named runs and metrics only', async () => {
    const counted = 'SELECT count(*) FROM points';
    expect(await rows(counted)).toEqual([[80_002]]);
    expect(await rows(counted, { runs: ['run-0'], keys: ['odd'] })).toEqual([[1]]);
    await expect(ask(counted, { runs: ['nobody'] })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('keeps NaN and infinities', async () => {
    const odd = [
      ['run-0', 'NaN'],
      ['run-1', '-Infinity'],
    ];
    for (const [table, column] of [
      ['metrics', 'last'],
      ['points', 'value'],
    ])
      expect(
        await rows(
          `SELECT name, ${column} FROM ${table} JOIN runs USING (run_id) WHERE key = 'odd' ORDER BY name`,
        ),
      ).toEqual(odd);
  });

  it('turns keys into columns with PIVOT', async () => {
    const answer = await ask('PIVOT (SELECT run_id, key, points FROM metrics) ON key USING first(points)');
    expect(answer.columns.map(({ name }) => name)).toEqual(['run_id', 'loss', 'odd']);
    expect(answer.rows.map(([, loss, odd]) => [loss, odd])).toEqual([
      [40_000, 1],
      [40_000, 1],
    ]);
  });

  it('tells what there is', async () => {
    expect((await rows('SELECT path, kind, size_bytes FROM artifacts'))[0]).toEqual([
      'model.onnx',
      'model',
      10,
    ]);
    expect((await rows('DESCRIBE tags')).map(([name]) => name)).toEqual(['run_id', 'key', 'value']);
    const shown = (await rows('SHOW TABLES')).flat();
    for (const view of ['runs', 'params', 'metrics', 'points', 'tags', 'artifacts', 'data'])
      expect(shown).toContain(view);
  });

  it('stops at the limit and says so', async () => {
    const answer = await ask('SELECT step FROM points', { limit: 5000 });
    expect([answer.rows.length, answer.truncated]).toEqual([5000, true]);
  });
});

describe('a query about a few of many rows', () => {
  /** What the engine was given to fill: rows of each table, and points. */
  async function filled(query: string, more: Partial<RunSqlQuery> = {}) {
    const counted: Record<string, number> = {};
    const watched: typeof engine = {
      ask(question, signal) {
        const database = openReadOnlyDatabase(bench.core.folders.database);
        try {
          for (const { name, select, parameters } of question.stored)
            counted[name] = database.all(select, parameters as never).length;
        } finally {
          database.close();
        }
        const { fed } = question;
        if (!fed) return engine.ask(question, signal);
        const batches = [...fed.batches];
        counted[fed.name] = batches.reduce((sum, batch) => sum + batch[0]!.length, 0);
        return engine.ask({ ...question, fed: { ...fed, batches } }, signal);
      },
      close: () => engine.close(),
    };
    const answer = await createRunSql(bench.core, { projects, runs: bench.runs, engine: watched }).query({
      ...{ query, limit: 1000, timeLimitMs: 60_000 },
      ...more,
    });
    return { counted, rows: answer.rows };
  }

  it.each<[string, Record<string, number>, number]>([
    ["SELECT last FROM metrics WHERE key = 'odd'", { _metrics: 2 }, 2],
    ["SELECT last FROM metrics m WHERE 'odd' = m.key AND m.last > 0", { _metrics: 2 }, 1],
    [
      "SELECT m.last FROM runs r JOIN metrics m USING (run_id) WHERE r.name = 'run-0'",
      { _metrics: 2, _ids: 1 },
      2,
    ],
    [
      "SELECT m.last FROM runs r, metrics m WHERE r.run_id = m.run_id AND r.name IN ('run-0', 'x')",
      { _metrics: 2 },
      2,
    ],
    [
      "SELECT count(*) FROM points JOIN runs USING (run_id) WHERE name = 'run-1' AND key = 'loss'",
      { _points: 40_000 },
      1,
    ],
    [
      "SELECT r.name, p.value FROM runs r LEFT JOIN params p ON p.run_id = r.run_id AND p.key = 'lr'",
      { _params: 2, _ids: 2 },
      2,
    ],
    [
      "SELECT * FROM (SELECT run_id FROM tags WHERE key = 'team') t JOIN data USING (run_id)",
      { _tags: 2, _data: 2 },
      2,
    ],
    // Nothing may be left out of these.
    ["SELECT m.key FROM metrics m WHERE m.key = 'odd' OR m.last < 1", { _metrics: 4 }, 4],
    ["SELECT m.key FROM metrics m WHERE m.key <> 'odd'", { _metrics: 4 }, 2],
    [
      "SELECT a.key FROM metrics a, metrics b WHERE a.key = 'odd' AND a.run_id = b.run_id",
      { _metrics: 4 },
      4,
    ],
    [
      "SELECT r.name FROM runs r LEFT JOIN metrics m ON m.run_id = r.run_id AND r.name = 'run-0'",
      { _metrics: 4 },
      3,
    ],
    ["WITH metrics AS (SELECT 'odd' AS key) SELECT * FROM metrics WHERE key = 'odd'", { _metrics: 4 }, 1],
    [
      "SELECT r.name FROM runs r ANTI JOIN metrics m USING (run_id) WHERE r.name = 'run-0'",
      { _metrics: 4 },
      0,
    ],
    ["SELECT m.key FROM metrics AS m(run_id, a, key) WHERE m.a = 'odd'", { _metrics: 4 }, 2],
  ])('%s', async (query, counts, length) => {
    const { counted, rows: found } = await filled(query);
    expect(counted).toMatchObject(counts);
    expect(found).toHaveLength(length);
  });

  it.each([
    ["runs r SEMI JOIN metrics m ON m.key = 'odd' AND m.run_id <> r.run_id", "run_id = '%'", 1],
    ["runs r ANTI JOIN metrics m ON m.key = 'odd' AND m.run_id <> r.run_id", "run_id = '%'", 0],
    ['metrics m POSITIONAL JOIN runs r', "m.key = 'odd'", 2],
    ['runs r ASOF JOIN metrics m ON r.run_id = m.run_id AND r.name >= m.key', "m.key = 'loss'", 0],
    ["runs r LEFT JOIN metrics m ON m.key = 'odd' AND m.run_id <> r.run_id", "r.run_id = '%'", 1],
    ["metrics m RIGHT JOIN runs r ON m.run_id = r.run_id AND r.name = 'x'", "r.run_id = '%'", 1],
  ])('a join gives the same rows as if all had been read: %s', async (from, condition, length) => {
    const where = condition.replace('%', ids[0]!);
    const narrowed = await filled(`SELECT r.* FROM ${from} WHERE ${where}`);
    const whole = await filled(`SELECT r.* FROM ${from} WHERE (${where}) IS TRUE`);
    expect(narrowed.rows).toEqual(whole.rows);
    expect(narrowed.rows).toHaveLength(length);
  });

  it('is narrowed together with what was named beside it', async () => {
    const query = "SELECT count(*) FROM points WHERE key = 'loss'";
    const { counted, rows: found } = await filled(query, { runs: ['run-0'] });
    expect([counted._points, found[0]![0]]).toEqual([40_000, 40_000]);
  });
});

describe('metrics with a damaged chunk', () => {
  const lost = { key: 'loss', fromStep: 2048, toStep: 4095, points: 2048 };
  const setBytes = (bytes: Uint8Array) =>
    bench.core.database
      .prepare(
        `UPDATE metric_chunks SET data = ? WHERE position = 1
         AND metric_id = (SELECT id FROM metric_keys WHERE run_id = ? AND key = 'loss')`,
      )
      .run(bytes, ids[0]!);
  let whole: Uint8Array;
  beforeAll(() => {
    const row = bench.core.database
      .prepare(
        "SELECT data FROM metric_chunks WHERE position = 1 AND metric_id = (SELECT id FROM metric_keys WHERE run_id = ? AND key = 'loss')",
      )
      .get(ids[0]!);
    whole = row!.data as Uint8Array;
    const damaged = Uint8Array.from(whole);
    damaged[100]! ^= 1;
    setBytes(damaged);
  });
  afterAll(() => setBytes(whole));

  it('are read without it, and the answer says so', async () => {
    const answer = await ask("SELECT count(*) FROM points WHERE key = 'loss'");
    expect(answer.rows).toEqual([[80_000 - 2048]]);
    expect(answer.damaged).toEqual({ points: 2048, places: [{ runId: ids[0], ...lost }] });
    expect(await ask("SELECT count(*) FROM points WHERE key = 'odd'")).not.toHaveProperty('damaged');
  });

  async function verified(named?: string[]) {
    const found: VerifiedMetrics[] = [];
    for await (const each of sql.verify(undefined, named)) found.push(each);
    return found;
  }

  it('are checked through, and the chunk is named', async () => {
    const checked = await verified();
    expect(checked.filter(({ kind }) => kind !== 'progress')).toEqual([
      { kind: 'damaged', runId: ids[0], runName: 'run-0', what: 'points', ...lost },
      { kind: 'end', runs: 3, points: 120_003, damagedPoints: 2048 },
    ]);
    expect(await verified(['run-1'])).toEqual([{ kind: 'end', runs: 1, points: 40_001, damagedPoints: 0 }]);
    expect(() => sql.verify(undefined, ['nobody'])).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });
});

describe('a query that must not go on', () => {
  it.each([
    ["SELECT * FROM read_csv('/etc/hostname')", /read_csv/],
    ["SELECT * FROM '/etc/hostname'", /./],
    ["SELECT content FROM read_text('/etc/hostname')", /read_text/],
    ["SELECT * FROM glob('/etc/*')", /glob/],
    // It would write files, or end the process when its DuckDB is closed.
    [
      "SELECT * FROM enable_logging('QueryLog', storage = 'file', storage_config = {'path': '/tmp'})",
      /enable_logging/,
    ],
    ['SELECT (SELECT count(*) FROM main.Enable_Logging())', /enable_logging/i],
    ["SELECT * FROM sqlite_scan('lathe.db', 'runs')", /./],
    ["COPY runs TO '/tmp/lathe-runs.csv'", /./],
    ["ATTACH '/tmp/lathe-other.db'", /another kind/],
    ['SET enable_external_access = true', /another kind/],
    ['INSTALL httpfs', /another kind/],
    ['DELETE FROM runs', /another kind/],
    ['CREATE TABLE mine (a INTEGER)', /another kind/],
    ['SELECT 1; SELECT 2', /2 statements/],
    ['SELEC 1', /syntax/],
    ['SELECT nothing FROM runs', /nothing/],
    ['-- nothing', /nothing/],
  ])('%s is refused', async (query, words) => {
    await expect(ask(query)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringMatching(words),
    });
  });

  it('ends at its time limit, and when nobody waits any more', async () => {
    const endless =
      'SELECT count(*) FROM range(1000000000) a, range(1000000) b WHERE a.range % 7 = b.range % 5';
    await expect(ask(endless, { timeLimitMs: 300 })).rejects.toMatchObject({ code: 'TIME_LIMIT' });
    const stop = new AbortController();
    const asked = ask(endless, {}, stop.signal);
    setTimeout(() => stop.abort(), 300);
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
    expect(fs.readdirSync(bench.core.folders.cache)).toEqual([]);
    expect(fs.existsSync(path.join('/tmp', 'lathe-runs.csv'))).toBe(false);
  });

  it('is asked to wait while two others are answered', async () => {
    const slow = [1, 2].map(() => ask('SELECT count(*) FROM points'));
    await expect(ask('SELECT 1')).rejects.toMatchObject({ code: 'NOT_READY' });
    await Promise.all(slow);
    expect(await rows('SELECT 1')).toEqual([[1]]);
  });
});
