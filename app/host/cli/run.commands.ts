import type { Command } from 'commander';
import type { RunId } from '../../contract/ids.ts';
import type { Inputs, Outputs } from '../../contract/index.ts';
import type { JobState } from '../../contract/jobs.contract.ts';
import type { Comparison, Run } from '../../contract/runs.contract.ts';
import type { Cli } from './cli.ts';
import { type Define, group } from './define.ts';
import { followJob } from './follow.ts';
import { addGrepCommand } from './grep.command.ts';
import { collectParameter, parseWhole } from './parse.ts';
import { addReadingCommands } from './reading.commands.ts';
import { askedFields, columnTable, readColumns } from './run-columns.ts';
import { runsCsv } from './run-csv.ts';
import { addRunTableCommands } from './run-table.commands.ts';
import { durationWords, numberWords, sizeWords, timeWords } from './terminal/words.ts';
import { afterStart, followRun, runWords } from './train.command.ts';
import { addTransferCommands } from './transfer.commands.ts';
import { orderWords } from './view.commands.ts';

interface ListOptions {
  experiment?: string;
  status?: JobState;
  text?: string;
  filter?: string;
  view?: string;
  orderBy?: string;
  ascending?: boolean;
  limit: number;
  columns?: string;
  csv?: boolean;
}

/** What one call lists at most. */
const runsPerCall = 1000;
const logBytesPerCall = 1_048_576;

export function addRunCommands(program: Command, define: Define): void {
  const run = group(program, 'run', 'Runs: one execution each, with its parameters, metrics and logs');

  define<ListOptions>(
    run
      .command('list')
      .description('runs of the project, newest first')
      .option('--experiment <name>', 'only of this experiment')
      .option('--status <status>', 'queued, running, finished, failed, cancelled or lost')
      .option('--filter <expression>', 'such as "metrics.loss < 0.2 and data.digits and started > -7d"')
      .option('--view <view>', 'filter and order of a saved view')
      .option('--text <text>', 'part of the name, experiment, template, tags or parameters')
      .option('--order-by <keys>', 'started, name, duration, metrics.KEY, params.KEY … (default: started)')
      .option('--ascending', 'smallest first, where the order does not say')
      .option('--limit <n>', 'how many at most', parseWhole('--limit', 1, 1_000_000), 200)
      .option('--columns <fields>', 'such as metrics.loss,params.lr,duration instead of the usual ones')
      .option('--csv', 'as CSV, with a column for each parameter, metric and tag'),
    async (
      cli,
      _,
      { experiment, status, text, filter, view, orderBy, ascending, limit, columns: shown, csv },
    ) => {
      const saved =
        view === undefined ? null : await (await cli.client()).views.get({ ...cli.inProject, view });
      const filters = [saved?.filter, filter].filter((each) => each?.trim());
      const order = orderBy ?? (saved ? orderWords(saved.sort) : '');
      const columns = shown === undefined ? null : readColumns(shown);
      const listed = await listRuns(cli, limit, {
        ...cli.inProject,
        orderBy: order || 'started',
        descending: ascending !== true,
        ...(columns && { fields: askedFields(columns) }),
        // Alone as it was typed, so that an error names the place in it.
        ...(filters.length > 0 && {
          filter: filters.length === 1 ? filters[0]! : `(${filters.join(') and (')})`,
        }),
        ...(experiment !== undefined && { experiment }),
        ...(status !== undefined && { status }),
        ...(text !== undefined && { text }),
      });
      cli.print(listed, () => {
        if (csv) return runsCsv(listed.runs);
        const table = columns ? columnTable(cli, columns, listed.runs) : runTable(cli, listed.runs);
        return listed.total > listed.runs.length
          ? `${table}\n${listed.runs.length} of ${listed.total}`
          : table;
      });
    },
  );

  define<{ follow?: boolean }>(
    run
      .command('show <run>')
      .description('parameters, metrics and data of one run')
      .option('--follow', 'show progress, and end when the run ends'),
    async (cli, [named], { follow }) => {
      const detail = await (await cli.client()).runs.get({ ...cli.inProject, run: named! });
      if (follow) await followRun(cli, detail);
      else cli.print(detail, () => runWords(cli, detail));
    },
  );

  define<{ stderr?: boolean }>(
    run
      .command('logs <run>')
      .description('what the run printed')
      .option('--stderr', 'its error output instead'),
    async (cli, [named], { stderr }) => await showLogs(cli, named!, stderr ? 'stderr' : 'stdout'),
  );

  addReadingCommands(run, define);

  define(
    run
      .command('compare <runs...>')
      .description('how runs differ in parameters, metrics, data and environment'),
    async (cli, named) => {
      const client = await cli.client();
      const runs = await idsOf(cli, named);
      const comparison = await client.runs.compare({ runs });
      cli.print(comparison, () => comparisonWords(cli, comparison));
    },
  );

  define(run.command('cancel <runs...>').description('cancel runs'), async (cli, named) => {
    const client = await cli.client();
    const cancelled: Run[] = [];
    for (const id of await idsOf(cli, named)) cancelled.push(await client.runs.cancel({ id }));
    cli.print(cancelled, () => runTable(cli, cancelled));
  });

  define(
    run.command('delete <runs...>').description('delete runs that have ended; `restore` brings them back'),
    async (cli, named) => {
      const deleted = await (await cli.client()).runs.delete({ runs: await idsOf(cli, named) });
      cli.print(
        deleted,
        () =>
          `Deleted; ${sizeWords(deleted.freesBytes)} can be freed. Bring back: lathe run restore ${deleted.deleted.join(' ')}`,
      );
    },
  );
  define(run.command('restore <ids...>').description('undo the deletion of runs'), async (cli, ids) => {
    const restored = await (await cli.client()).runs.restore({ runs: ids as RunId[] });
    cli.print(restored, () => runTable(cli, restored));
  });

  define<{ param: Record<string, string>; on?: string; follow?: boolean }>(
    run
      .command('again <run>')
      .description('run again with the same code, data and parameters, or some changed')
      .option('-p, --param <key=value>', 'changed parameter (repeat for more)', collectParameter, {})
      .option('--on <target>', 'another target')
      .option('--follow', 'show progress, and end when the run ends'),
    async (cli, [named], { param, on, follow }) => {
      const client = await cli.client();
      const { id } = await client.runs.get({ ...cli.inProject, run: named! });
      const again = await client.training.again({
        id,
        params: param,
        ...(on !== undefined && { target: on }),
      });
      await afterStart(cli, again, follow === true);
    },
  );
  define<{ follow?: boolean }>(
    run
      .command('reproduce <run>')
      .description('repeat a run exactly; followed, it ends by saying whether the same came out')
      .option('--follow', 'show progress, and compare when the run ends'),
    async (cli, [named], { follow }) => {
      const client = await cli.client();
      const { id } = await client.runs.get({ ...cli.inProject, run: named! });
      const repeated = await client.training.reproduce({ id });
      if (follow !== true) return await afterStart(cli, repeated, false);
      if (repeated.jobId !== null && (await followJob(cli, repeated.jobId, repeated.name)) === null) {
        cli.exitCode = 130;
        return;
      }
      await showReproduction(cli, repeated.id);
    },
  );
  define(
    run
      .command('reproduction <run>')
      .description('how a reproduction compares with its original, metric by metric'),
    async (cli, [named]) => {
      const { id } = await (await cli.client()).runs.get({ ...cli.inProject, run: named! });
      await showReproduction(cli, id);
    },
  );
  define(
    run
      .command('code <run> [file]')
      .description('the code as it was when the run was made: its files, or the text of one'),
    async (cli, [named, file]) => {
      const client = await cli.client();
      const { id } = await client.runs.get({ ...cli.inProject, run: named! });
      const code = await client.runs.code({ id, ...(file !== undefined && { path: file }) });
      cli.print({ id, ...code }, () =>
        code.text === null
          ? cli.table(
              ['FILE', { title: 'SIZE', align: 'right' }, { title: 'DIGEST', whole: true }],
              code.files.map(({ path, sizeBytes, digest }) => [
                path,
                sizeWords(sizeBytes),
                digest.slice(0, 12),
              ]),
              'No files.',
            )
          : code.text,
      );
    },
  );
  addRunTableCommands(run, define);
  addTransferCommands(run, define);
  addGrepCommand(run, define);
  define<{ follow?: boolean }>(
    run
      .command('resume <run>')
      .description('continue a lost, failed or cancelled run from its last checkpoint')
      .option('--follow', 'show progress, and end when the run ends'),
    async (cli, [named], { follow }) => {
      const client = await cli.client();
      const { id } = await client.runs.get({ ...cli.inProject, run: named! });
      await afterStart(cli, await client.training.resume({ id }), follow === true);
    },
  );
}

/** As many runs as asked, in as many calls as that takes; one that moved to a later page meanwhile is there once. */
async function listRuns(
  cli: Cli,
  limit: number,
  query: Omit<Inputs['runs']['list'], 'limit' | 'offset'>,
): Promise<Outputs['runs']['list']> {
  const client = await cli.client();
  const found = new Map<RunId, Run>();
  for (let offset = 0; ; offset += runsPerCall) {
    const page = await client.runs.list({ ...query, offset, limit: Math.min(runsPerCall, limit - offset) });
    for (const run of page.runs) found.set(run.id, run);
    if (offset + runsPerCall >= Math.min(limit, page.total))
      return { runs: [...found.values()], total: page.total };
  }
}

async function showReproduction(cli: Cli, id: RunId): Promise<void> {
  const result = await (await cli.client()).runs.reproduction({ id });
  cli.print(result, () =>
    [
      `${result.verdict}: ${result.reproduced} repeats ${result.original}`,
      '',
      cli.table(
        ['METRIC', { title: 'ORIGINAL', align: 'right' }, { title: 'REPRODUCED', align: 'right' }, 'VERDICT'],
        result.metrics.map(({ key, original, reproduced, verdict, firstDifferentStep }) => [
          key,
          numberWords(original),
          numberWords(reproduced),
          firstDifferentStep === null ? verdict : `${verdict} from step ${firstDifferentStep}`,
        ]),
        'No metrics.',
      ),
      ...(result.environment.length === 0
        ? []
        : [
            '',
            cli.table(
              ['ENVIRONMENT THAT DIFFERS', 'ORIGINAL', 'REPRODUCED'],
              result.environment.map(({ key, original, reproduced }) => [
                key,
                original ?? '',
                reproduced ?? '',
              ]),
              '',
            ),
          ]),
    ].join('\n'),
  );
  if (result.verdict === 'differs' || result.verdict === 'failed') cli.exitCode = 1;
}

async function idsOf(cli: Cli, named: readonly string[]): Promise<RunId[]> {
  const client = await cli.client();
  const ids: RunId[] = [];
  for (const run of named) ids.push((await client.runs.get({ ...cli.inProject, run })).id);
  return ids;
}

async function showLogs(cli: Cli, named: string, stream: 'stdout' | 'stderr'): Promise<void> {
  const client = await cli.client();
  const { id } = await client.runs.get({ ...cli.inProject, run: named });
  let text = '';
  for (let offset = 0; ; ) {
    const part = await client.runs.logs({ id, stream, offset, limit: logBytesPerCall });
    text += part.text;
    if (part.nextOffset <= offset || part.nextOffset >= part.sizeBytes) break;
    offset = part.nextOffset;
  }
  cli.print({ id, stream, text }, () => text);
}

/** The metrics that say how good a run is, for the one column that a list has room for. */
const headline = ['test_accuracy', 'test_rmse', 'val_accuracy', 'val_rmse', 'train_loss'];

export function runTable(cli: Cli, runs: readonly Run[]): string {
  return cli.table(
    [
      'RUN',
      'STATUS',
      'EXPERIMENT',
      'TEMPLATE',
      'RESULT',
      { title: 'TOOK', align: 'right' },
      'STARTED',
      { title: 'ID', whole: true },
    ],
    runs.map((each) => {
      const metric = headline.find((key) => key in each.metrics);
      return [
        each.name,
        each.status,
        each.experimentName,
        each.template,
        metric ? `${metric} ${numberWords(each.metrics[metric])}` : '',
        durationWords(each.durationMs),
        timeWords(each.startedAt),
        each.id,
      ];
    }),
    'No runs. Start one: lathe train TEMPLATE --data NAME',
  );
}

function comparisonWords(cli: Cli, { runs, params, metrics, inputs, environment }: Comparison): string {
  const heads = runs.map(({ name }) => ({ title: name, align: 'right' as const }));
  const section = (title: string, rows: string[][]) =>
    rows.length === 0 ? [] : [cli.table([title, ...heads], rows, ''), ''];
  const differing = (rows: Comparison['params']) =>
    rows
      .filter(({ differs }) => differs || runs.length === 1)
      .map(({ key, values }) => [key, ...values.map(numberWords)]);
  return [
    ...section(
      'METRIC',
      metrics.map(({ key, values, best }) => [
        key,
        ...values.map(
          (value, index) => `${numberWords(value)}${index === best && runs.length > 1 ? ' *' : ''}`,
        ),
      ]),
    ),
    ...section('PARAMETER THAT DIFFERS', differing(params)),
    ...section('DATA THAT DIFFERS', differing(inputs)),
    ...section('ENVIRONMENT THAT DIFFERS', differing(environment)),
    ...(runs.length > 1 ? ['* the best of the compared runs'] : []),
  ].join('\n');
}
