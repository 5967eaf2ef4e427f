import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runsContract } from '../../app/contract/runs.contract.ts';
import { type LatheProcess, lathe, startLathe } from '../support/lathe-process.ts';
import { plainPythons, pythonWith } from '../support/python.ts';
import { sdkFolder } from './python-program.ts';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-reading-'));
const workspace = path.join(root, 'workspace');
/** A folder with nothing but the command `lathe`, from the sources. */
const commands = path.join(root, 'bin');
let ids: string[];
let host: LatheProcess | null = null;

async function python(
  interpreter: string,
  source: string,
  variables: Record<string, string> = {},
): Promise<string> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('LATHE_'));
  const { stdout } = await promisify(execFile)(interpreter, ['-c', `import lathe, json\n${source}`], {
    cwd: root,
    env: {
      ...Object.fromEntries(inherited),
      PYTHONPATH: sdkFolder,
      PYTHONDONTWRITEBYTECODE: '1',
      LATHE_WORKSPACE: workspace,
      ...variables,
    },
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}

const readAll = `
runs = lathe.load_runs(as_="records")
for run in runs:
    assert run["created_at"].tzinfo is not None
    run["created_at"] = run["started_at"] = run["ended_at"] = run["duration_seconds"] = None
points = lathe.load_metrics(runs, ["loss", "odd"], as_="records")
for point in points:
    point["time"] = point["time"].year
print(json.dumps([runs, points]))
`;

beforeAll(async () => {
  fs.mkdirSync(commands);
  fs.writeFileSync(
    path.join(commands, 'lathe'),
    `#!/bin/sh\nexec '${process.execPath}' '${path.resolve(import.meta.dirname, '../../app/host/cli/main.ts')}' "$@"\n`,
    { mode: 0o755 },
  );
  const [interpreter] = plainPythons();
  for (const n of [0, 1, 2])
    await python(
      interpreter!,
      `
n = ${n}
lathe.init(name="try %d" % n, experiment="reading", params={"lr": 0.1 ** n, "kind": ["a", 2, 3.5][n]}, tags={"t": "x,y"}, folder="mine")
for step in range(20):
    lathe.log(loss=1 / (step + 1) + n, step=step)
lathe.log(odd=float("nan"), step=0)
`,
    );
  for (const folder of fs.readdirSync(path.join(root, 'mine')).sort()) {
    const imported = await lathe(['run', 'import', path.join(root, 'mine', folder), '--json'], workspace);
    expect(imported.code, imported.stderr).toBe(0);
  }
  const { stdout } = await lathe(['run', 'list', '--order-by', 'name', '--ascending', '--json'], workspace);
  ids = (JSON.parse(stdout) as { runs: { id: string }[] }).runs.map(({ id }) => id);
  expect(ids).toHaveLength(3);
});

afterAll(async () => {
  await endHost();
  fs.rmSync(root, { recursive: true, force: true });
});

async function startHost(): Promise<void> {
  host = startLathe(['serve', '--port', '0'], workspace);
  await host.said(/http:\/\//);
}

async function endHost(): Promise<void> {
  host?.child.kill('SIGTERM');
  await host?.finished;
  host = null;
}

describe.skipIf(plainPythons().length === 0)('runs read by a program', () => {
  it.each(plainPythons())('are the same from a running Lathe and from the command, with %s', async (each) => {
    const PATH = `${commands}:${process.env.PATH}`;
    const byCommand = JSON.parse((await python(each, readAll, { PATH })).replaceAll('NaN', '"NaN"'));
    await startHost();
    const byOwner = JSON.parse(
      (await python(each, readAll, { PATH: '/nowhere' })).replaceAll('NaN', '"NaN"'),
    );
    await endHost();
    expect(byOwner).toEqual(byCommand);
    const [runs, points] = byOwner;
    expect(runs.map((run: { name: string }) => run.name).sort()).toEqual(['try 0', 'try 1', 'try 2']);
    expect(runs.find((run: { name: string }) => run.name === 'try 2')).toMatchObject({
      run_id: ids[2],
      experiment: 'reading',
      status: 'finished',
      'params.lr': expect.closeTo(0.01),
      'params.kind': 3.5,
      'metrics.loss': 2.05,
      'metrics.odd': 'NaN',
      'tags.t': 'x,y',
    });
    expect(points).toHaveLength(63);
    const ofFirst = points.filter(
      (point: { run_id: string; key: string }) => point.run_id === ids[0] && point.key === 'loss',
    );
    expect(ofFirst.map(({ step, value }: { step: number; value: number }) => [step, value])).toEqual(
      Array.from({ length: 20 }, (_, step) => [step, 1 / (step + 1)]),
    );
  });

  it('by name, and with only the metrics asked for', async () => {
    const source = `
runs = lathe.load_runs(metrics=["loss"], as_="records")
points = lathe.load_metrics("try 1", as_="records")
print(json.dumps([sorted(key for key in runs[0] if key.startswith("metrics.")), len(points), sorted({point["key"] for point in points})]))`;
    const printed = await python(plainPythons()[0]!, source, { PATH: `${commands}:${process.env.PATH}` });
    expect(JSON.parse(printed)).toEqual([['metrics.loss'], 21, ['loss', 'odd']]);
  });

  it.skipIf(!JSON.stringify(Object.keys(inputShape())).includes('filter'))('by a filter', async () => {
    await startHost();
    const source = `print(json.dumps([run["name"] for run in lathe.load_runs(filter="params.lr < 0.05", as_="records")]))`;
    expect(JSON.parse(await python(plainPythons()[0]!, source))).toEqual(['try 2']);
    await endHost();
  });

  it('that are not there are named with the cure', async () => {
    const source = `
from lathe.reading import ReadingError
try:
    lathe.load_metrics("nobody", as_="records")
except ReadingError as error:
    print(error.code, error)`;
    await startHost();
    expect(await python(plainPythons()[0]!, source)).toMatch(/^NOT_FOUND .*"nobody".*lathe run list/);
    await endHost();
    expect(await python(plainPythons()[0]!, source, { PATH: `${commands}:${process.env.PATH}` })).toMatch(
      /^NOT_FOUND .*"nobody".*lathe run list/,
    );
  });

  it('without a Lathe and without its command, says what to start', async () => {
    const source = `
from lathe.reading import ReadingError
try:
    lathe.load_runs(as_="records")
except ReadingError as error:
    print(error)`;
    const before = fs.statSync(path.join(workspace, 'lathe.db')).mtimeMs;
    const said = await python(plainPythons()[0]!, source, { PATH: '/nowhere' });
    expect(said).toContain('lathe serve');
    expect(said).toContain(workspace);
    expect(fs.statSync(path.join(workspace, 'lathe.db')).mtimeMs).toBe(before);
  });

  it('begins no run of its own', async () => {
    await startHost();
    await python(plainPythons()[0]!, 'lathe.load_runs(as_="records")');
    await endHost();
    expect(fs.existsSync(path.join(root, 'lathe-runs'))).toBe(false);
  });
});

const withTables = await pythonWith(['pandas', 'polars']);

describe.skipIf(withTables === null)('runs as tables', () => {
  beforeAll(startHost);
  afterAll(endHost);

  it('of pandas', async () => {
    const printed = await python(
      withTables!,
      `
runs = lathe.load_runs().sort_values("name")
points = lathe.load_metrics(runs, "loss")
means = points.groupby("run_id", sort=False)["value"].mean()
print(json.dumps([runs["params.lr"].round(6).tolist(), str(runs["created_at"].dtype), str(points["step"].dtype),
    str(points["time"].dtype), points.shape, [round(mean, 4) for mean in means], bool(runs["metrics.odd"].isna().all())]))`,
    );
    const [rates, created, step, time, shape, means, isNan] = JSON.parse(printed);
    expect(rates).toEqual([1, 0.1, 0.01]);
    expect([created, time]).toEqual([
      expect.stringMatching(/^datetime64\[.s, UTC\]$/),
      expect.stringMatching(/^datetime64\[.s, UTC\]$/),
    ]);
    expect([step, shape, isNan]).toEqual(['int64', [60, 5], true]);
    expect(means).toEqual([0.1799, 1.1799, 2.1799]);
  });

  it('of Polars, where a column has one type', async () => {
    const printed = await python(
      withTables!,
      `
runs = lathe.load_runs(as_="polars").sort("name")
points = lathe.load_metrics(runs, ["loss", "odd"], as_="polars")
print(json.dumps([runs["params.kind"].to_list(), str(runs["created_at"].dtype), str(points["value"].dtype), points.height,
    int(points["value"].is_nan().sum())]))`,
    );
    expect(JSON.parse(printed)).toEqual([
      ['a', '2', '3.5'],
      "Datetime(time_unit='us', time_zone='UTC')",
      'Float64',
      63,
      3,
    ]);
  });
});

describe('runs read by the command line', () => {
  it('as CSV, with what only some of them have', async () => {
    const listed = await lathe(['run', 'list', '--order-by', 'name', '--ascending', '--csv'], workspace);
    const [header, first, , third] = listed.stdout.split('\n');
    expect(header).toMatch(
      /^run_id,name,experiment,status,.*,params.kind,params.lr,metrics.loss,metrics.odd,tags.t$/,
    );
    expect(first).toMatch(new RegExp(`^${ids[0]},try 0,reading,finished,.*,a,1,0.05,NaN,"x,y"$`));
    expect(third).toContain('3.5');
  });

  it('with the points of several runs', async () => {
    const asked = ['run', 'metrics', 'try 0', 'try 2', '--key', 'loss', '--key', 'odd'];
    const csv = (await lathe([...asked, '--csv'], workspace)).stdout.trimEnd().split('\n');
    expect(csv).toHaveLength(43);
    expect(csv[0]).toBe('run_id,run,key,step,time,value');
    expect(csv[42]).toMatch(new RegExp(`^${ids[2]},try 2,odd,0,20.*Z,NaN$`));
    const documents = JSON.parse((await lathe([...asked, '--json'], workspace)).stdout);
    expect(documents.map(({ id, points }: { id: string; points: object[] }) => [id, points.length])).toEqual([
      [ids[0], 21],
      [ids[2], 21],
    ]);
  });

  it('by SQL, as a table, CSV or JSON, and with an exit code', async () => {
    const query = "SELECT name, last FROM runs JOIN metrics USING (run_id) WHERE key = 'loss' ORDER BY name";
    const table = await lathe(['run', 'sql', query, '--limit', '2'], workspace);
    expect(table.stdout).toMatch(/name\s+last\s+try 0\s+0\.05\s+try 1\s+1\.05/i);
    expect(table.stderr).toContain('The first 2 rows');
    const csv = await lathe(['run', 'sql', query, '--csv'], workspace);
    expect(csv.stdout).toBe('name,last\ntry 0,0.05\ntry 1,1.05\ntry 2,2.05\n');
    const document = JSON.parse((await lathe(['run', 'sql', query, '--json'], workspace)).stdout);
    expect(document).toMatchObject({
      columns: [
        { name: 'name', type: 'VARCHAR' },
        { name: 'last', type: 'DOUBLE' },
      ],
      truncated: false,
    });
    const refused = await lathe(['run', 'sql', 'DROP TABLE runs', '--json'], workspace);
    expect([refused.code, JSON.parse(refused.stdout).error.code]).toEqual([2, 'INVALID_INPUT']);
  });
});

function inputShape(): object {
  const schema = runsContract.list['~orpc'].inputSchema as unknown as { shape: object };
  return schema.shape;
}
