import type { Command } from 'commander';
import type { RunId } from '../../contract/ids.ts';
import type { Outputs } from '../../contract/index.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Cli } from './cli.ts';
import type { Define } from './define.ts';
import { collectPairs, collectWords, parseWhole } from './parse.ts';
import { splitFields } from './run-columns.ts';
import { count, numberWords } from './terminal/words.ts';

interface Chosen {
  filter?: string;
}

interface GroupOptions extends Chosen {
  by: string;
  columns: string;
  orderBy?: string;
  ascending?: boolean;
  limit: number;
}

/** What one call takes at most. */
const runsPerCall = 10_000;

/** `run move`, `run tag` and `run groups`, below the group `run`. */
export function addRunTableCommands(run: Command, define: Define): void {
  define<Chosen & { to: string; create?: boolean }>(
    run
      .command('move [runs...]')
      .description('move runs to another experiment of their project')
      .requiredOption('--to <experiment>', 'name or id of the experiment')
      .option('--create', 'make the experiment if there is none of that name')
      .option('--filter <expression>', 'all runs that it finds, instead of naming them'),
    async (cli, named, { to, create, filter }) => {
      const runs = await chosenRuns(cli, named, filter);
      const moved = await (await cli.client()).runs.move({ runs, experiment: to, create: create === true });
      cli.print(moved, () => {
        const total = moved.before.reduce((sum, { runs: some }) => sum + some.length, 0);
        return [
          `Moved ${count(total, 'run')} to ${moved.experiment.name}${moved.experiment.made ? ', which is new' : ''}.`,
          ...moved.before.map(({ name, runs: some }) => `  ${count(some.length, 'run')} came from ${name}`),
        ].join('\n');
      });
    },
  );

  define<Chosen & { set: Record<string, string>; remove: string[] }>(
    run
      .command('tag [runs...]')
      .description('set or remove tags of runs')
      .option('--set <key=value>', 'a tag (repeat for more)', collectPairs('--set', 'team=vision'), {})
      .option('--remove <key>', 'a tag to remove (repeat for more)', collectWords, [])
      .option('--filter <expression>', 'all runs that it finds, instead of naming them'),
    async (cli, named, { set, remove, filter }) => {
      const tags: Record<string, string | null> = { ...set };
      for (const key of remove) tags[key] = null;
      if (Object.keys(tags).length === 0) {
        throw new AppError('INVALID_INPUT', 'No tag is named.', {
          nextStep: 'Write for example --set team=vision or --remove draft.',
        });
      }
      const runs = await chosenRuns(cli, named, filter);
      const changed = await (await cli.client()).runs.updateMany({ runs, tags });
      cli.print(changed, () => `${count(changed.updated.length, 'run')} of ${runs.length} changed.`);
    },
  );

  define<GroupOptions>(
    run
      .command('groups')
      .description('groups of runs with equal values, with means and 95 % intervals')
      .requiredOption(
        '--by <fields>',
        'such as params.optimizer, tags.team or status; several between commas',
      )
      .option('--columns <fields>', 'such as metrics.loss,params.lr: what is told of each group', '')
      .option('--filter <expression>', 'such as "metrics.loss < 0.2 and started > -7d"')
      .option('--order-by <field>', 'metrics.KEY, or a field of --by (default: started)')
      .option('--ascending', 'smallest first, where the order does not say')
      .option('--limit <n>', 'how many at most', parseWhole('--limit', 1, 10_000), 1000),
    async (cli, _, { by, columns, filter, orderBy, ascending, limit }) => {
      const query = { by: splitFields(by), fields: splitFields(columns) };
      const found = await (await cli.client()).runs.groups({
        ...cli.inProject,
        ...query,
        limit,
        orderBy: orderBy ?? 'started',
        descending: ascending !== true,
        ...(filter !== undefined && { filter }),
      });
      cli.print(found, () => groupTable(cli, query, found));
    },
  );
}

/** Runs that are named, or all that a filter finds. */
async function chosenRuns(cli: Cli, named: readonly string[], filter: string | undefined): Promise<RunId[]> {
  const client = await cli.client();
  if (named.length > 0 === (filter !== undefined)) {
    throw new AppError('INVALID_INPUT', 'Name the runs, or say which with --filter.', {
      nextStep: 'For example: --filter "experiment = trial and metrics.loss < 0.2"',
    });
  }
  if (filter === undefined) {
    const ids: RunId[] = [];
    for (const run of named) ids.push((await client.runs.get({ ...cli.inProject, run })).id);
    return ids;
  }
  const { ids, total } = await client.runs.ids({ ...cli.inProject, filter, limit: runsPerCall });
  if (total === 0)
    throw new AppError('NOT_FOUND', 'The filter finds no run.', {
      nextStep: `See what it finds: lathe run list --filter "${filter}"`,
      details: { filter },
    });
  if (total > runsPerCall) {
    throw new AppError('INVALID_INPUT', `The filter finds ${total} runs; ${runsPerCall} go at once.`, {
      nextStep: 'Narrow it, for example by experiment or time.',
      details: { total },
    });
  }
  return ids;
}

function groupTable(
  cli: Cli,
  { by, fields }: { readonly by: readonly string[]; readonly fields: readonly string[] },
  { groups, total }: Outputs['runs']['groups'],
): string {
  const table = cli.table(
    [
      ...by.map((field) => field.toUpperCase()),
      { title: 'RUNS', align: 'right' as const },
      ...fields.map((title) => ({ title, align: 'right' as const })),
    ],
    groups.map(({ values, runs, cells }) => [
      ...values.map((value) => value ?? '–'),
      String(runs),
      ...cells.map(cellWords),
    ]),
    'No runs.',
  );
  return total > groups.length ? `${table}\n${groups.length} of ${total} groups` : table;
}

function cellWords(cell: Outputs['runs']['groups']['groups'][number]['cells'][number]): string {
  if (cell.kind === 'words') return cell.distinct > 1 ? `${cell.distinct} values` : (cell.value ?? '');
  if (cell.mean === null) return '';
  return cell.half === null
    ? numberWords(cell.mean)
    : `${numberWords(cell.mean)} ± ${numberWords(cell.half)}`;
}
