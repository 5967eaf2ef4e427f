import type { Command } from 'commander';
import { errorTable } from '../../contract/errors.ts';
import type { RunId } from '../../contract/ids.ts';
import type { SqlAnswer, VerifiedMetrics } from '../../contract/run-sql.contract.ts';
import type { MetricPoint } from '../../contract/runs.contract.ts';
import type { Cli } from './cli.ts';
import type { Define } from './define.ts';
import { collectWords, parseWhole } from './parse.ts';
import { csvText } from './terminal/csv.ts';
import { numberWords } from './terminal/words.ts';

const pointsPerCall = 100_000;

interface SqlOptions {
  limit: number;
  timeout: number;
  run: string[];
  key: string[];
  csv?: boolean;
}

interface MetricPlace {
  readonly key: string;
  readonly fromStep: number;
  readonly toStep: number;
  readonly points: number;
}

interface RunPoints {
  readonly id: RunId;
  readonly name: string;
  readonly points: readonly MetricPoint[];
}

/** `run metrics`, `run sql` and `run verify`, below the group `run`. */
export function addReadingCommands(run: Command, define: Define): void {
  define<{ key: string[]; csv?: boolean }>(
    run
      .command('metrics <runs...>')
      .description('every recorded point of one or more runs, with its step')
      .option('--key <metric>', 'only this metric (repeat for more)', collectWords, [])
      .option('--csv', 'as CSV'),
    async (cli, named, { key, csv }) => {
      const found: RunPoints[] = [];
      for (const each of named) found.push(await pointsOf(cli, each, key));
      const documents = found.map(({ id, points }) => ({ id, points }));
      cli.print(named.length === 1 ? documents[0] : documents, () =>
        csv ? pointsCsv(found) : pointsTable(cli, found),
      );
    },
  );

  define<SqlOptions>(
    run
      .command('sql <query>')
      .description('one SQL query over runs, params, metrics, points, tags, artifacts and data')
      .option('--limit <n>', 'how many rows at most', parseWhole('--limit', 1, 100_000), 1000)
      .option('--timeout <seconds>', 'how long it may take', parseWhole('--timeout', 1, 600), 60)
      .option('--run <run>', 'points of this run only (repeat for more)', collectWords, [])
      .option('--key <metric>', 'points of this metric only (repeat for more)', collectWords, [])
      .option('--csv', 'as CSV'),
    async (cli, [query], { limit, timeout, run: runs, key, csv }) => {
      const client = await cli.client();
      const answer = await client.runSql.query(
        {
          ...cli.inProject,
          query: query!,
          limit,
          timeLimitMs: timeout * 1000,
          ...(runs.length > 0 && { runs }),
          ...(key.length > 0 && { keys: key }),
        },
        { signal: cli.world.interrupted },
      );
      cli.print(answer, () => (csv ? answerCsv(answer) : answerTable(cli, answer)));
      if (answer.truncated && !cli.json) cli.say(`The first ${answer.rows.length} rows; more with --limit.`);
      if (answer.damaged && !cli.json) {
        for (const place of answer.damaged.places) cli.say(damageWords(place));
        cli.say(
          `${answer.damaged.points} damaged points are left out; \`lathe run verify\` checks everything.`,
        );
      }
    },
  );

  define(
    run.command('verify [runs...]').description('read every stored metric point, and name what is damaged'),
    async (cli, named) => {
      const client = await cli.client();
      const found = await client.runSql.verify(
        { ...cli.inProject, ...(named.length > 0 && { runs: named }) },
        { signal: cli.handleInterrupts() },
      );
      const damaged: Extract<VerifiedMetrics, { kind: 'damaged' }>[] = [];
      for await (const each of found) {
        if (each.kind === 'damaged') damaged.push(each);
        else if (each.kind === 'end')
          cli.print(
            { damaged, runs: each.runs, points: each.points, damagedPoints: each.damagedPoints },
            () => verifiedWords(cli, damaged, each),
          );
      }
      if (damaged.length > 0) cli.exitCode = errorTable.WORKSPACE_DAMAGED.exitCode;
    },
  );
}

const damageWords = ({ points, key, fromStep, toStep }: MetricPlace): string =>
  `${points} points of ${key} from step ${fromStep} to ${toStep} are damaged and left out.`;

function verifiedWords(
  cli: Cli,
  damaged: readonly Extract<VerifiedMetrics, { kind: 'damaged' }>[],
  { runs, points, damagedPoints }: Extract<VerifiedMetrics, { kind: 'end' }>,
): string {
  const read = `${points} points of ${runs} ${runs === 1 ? 'run' : 'runs'}`;
  if (damaged.length === 0) return `All ${read} are as they were written.`;
  const table = cli.table(
    ['RUN', 'METRIC', 'STEPS', { title: 'POINTS', align: 'right' }, 'DAMAGED'],
    damaged.map((each) => [
      each.runName,
      each.key,
      `${each.fromStep} to ${each.toStep}`,
      String(each.points),
      each.what === 'points' ? 'the points' : 'their overview; no point is lost',
    ]),
    '',
  );
  return `${table}\n${damagedPoints} of ${read} cannot be read; all others can.`;
}

async function pointsOf(cli: Cli, named: string, keys: readonly string[]): Promise<RunPoints> {
  const { id, name } = await (await cli.client()).runs.get({ ...cli.inProject, run: named });
  const points: MetricPoint[] = [];
  for (const key of keys.length > 0 ? keys : [undefined]) await readPoints(cli, id, key, points);
  return { id, name, points };
}

async function readPoints(cli: Cli, id: RunId, key: string | undefined, into: MetricPoint[]): Promise<void> {
  const client = await cli.client();
  for (let offset = 0; ; ) {
    const page = await client.runs.points({
      id,
      limit: pointsPerCall,
      offset,
      ...(key !== undefined && { key }),
    });
    for (const point of page.points) into.push(point);
    const damaged = page.damaged ?? [];
    for (const damage of damaged) cli.say(damageWords(damage));
    const read = damaged.reduce((sum, damage) => sum + damage.points, page.points.length);
    offset += read;
    if (read === 0 || offset >= page.total) return;
  }
}

function pointsTable(cli: Cli, found: readonly RunPoints[]): string {
  const several = found.length > 1;
  return cli.table(
    [
      ...(several ? ['RUN'] : []),
      'METRIC',
      { title: 'STEP', align: 'right' },
      { title: 'VALUE', align: 'right' },
      'TIME',
    ],
    found.flatMap(({ name, points }) =>
      points.map((point) => [
        ...(several ? [name] : []),
        point.key,
        String(point.step),
        numberWords(point.value),
        new Date(point.timeMs).toISOString().slice(11, 23),
      ]),
    ),
    'No metrics recorded.',
  );
}

function pointsCsv(found: readonly RunPoints[]): string {
  return csvText(
    ['run_id', 'run', 'key', 'step', 'time', 'value'],
    found.flatMap(({ id, name, points }) =>
      points.map(({ key, step, timeMs, value }) => [
        id,
        name,
        key,
        step,
        new Date(timeMs).toISOString(),
        value,
      ]),
    ),
  );
}

const answerCsv = ({ columns, rows }: SqlAnswer): string =>
  csvText(
    columns.map(({ name }) => name),
    rows,
  );

function answerTable(cli: Cli, { columns, rows }: SqlAnswer): string {
  const isNumber = (type: string) =>
    /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL.*)$/.test(type);
  return cli.table(
    columns.map(({ name, type }) => ({ title: name, ...(isNumber(type) && { align: 'right' as const }) })),
    rows.map((row) => row.map((value) => numberWords(value))),
    'No rows.',
  );
}
