import fs from 'node:fs';
import type { Command } from 'commander';
import { type SavedView, type ViewContent, viewDocument, viewText } from '../../contract/views.contract.ts';
import { AppError, fromSystemError } from '../../kernel/app-error.ts';
import type { Cli } from './cli.ts';
import { type Define, group } from './define.ts';
import { collectWords } from './parse.ts';

interface SaveOptions {
  filter: string;
  orderBy: string[];
  column: string[];
  groupBy: string[];
  from?: string;
}

export function addViewCommands(program: Command, define: Define): void {
  const view = group(
    program,
    'view',
    'Views: filters, columns and orders of the table of runs, kept under a name',
  );

  define(view.command('list').description('views of the project'), async (cli) => {
    const views = await (await cli.client()).views.list(cli.inProject);
    cli.print(views, () =>
      cli.table(
        ['VIEW', 'FILTER', 'ORDER', 'GROUPS'],
        views.map(({ name, filter, sort, grouping }) => [
          name,
          filter,
          orderWords(sort),
          grouping.join(', '),
        ]),
        'No views. Save one: lathe view save NAME --filter EXPRESSION',
      ),
    );
  });

  define<SaveOptions>(
    view
      .command('save <name>')
      .description('save a view, in place of the one of that name')
      .option('--filter <expression>', 'which runs, such as "metrics.loss < 0.2 and data.digits"', '')
      .option('--order-by <field>', 'for example "metrics.loss desc" (repeat for more)', collectWords, [])
      .option('--column <field>', 'a column to show (repeat for more)', collectWords, [])
      .option('--group-by <field>', 'a field that makes groups (repeat for more)', collectWords, [])
      .option('--from <file>', 'take it from a file that `view show` wrote'),
    async (cli, [name], options) => {
      const content =
        options.from === undefined
          ? contentOf(name!, options)
          : { ...readView(cli, options.from), name: name! };
      const saved = await (await cli.client()).views.save({ ...cli.inProject, ...content });
      cli.print(saved, () => `Saved the view ${saved.name}. Its runs: lathe run list --view "${saved.name}"`);
    },
  );

  define(
    view.command('show <view>').description('a view as a text that `view save --from` takes'),
    async (cli, [named]) => {
      const shown = await (await cli.client()).views.get({ ...cli.inProject, view: named! });
      cli.print(shown, () => viewText(shown));
    },
  );

  define(
    view.command('rename <view> <name>').description('give a view another name'),
    async (cli, [named, name]) => {
      const renamed = await (await cli.client()).views.rename({
        ...cli.inProject,
        view: named!,
        name: name!,
      });
      cli.print(renamed, () => `Now called ${renamed.name}.`);
    },
  );

  define(view.command('delete <view>').description('delete a view; the runs stay'), async (cli, [named]) => {
    const deleted = await (await cli.client()).views.delete({ ...cli.inProject, view: named! });
    cli.print(deleted, () => `Deleted the view ${deleted.name}.`);
  });
}

/** An order as `runs.list` takes it. */
export const orderWords = (sort: SavedView['sort']): string =>
  sort.map(({ field, descending }) => `${field} ${descending ? 'desc' : 'asc'}`).join(', ');

function contentOf(name: string, { filter, orderBy, column, groupBy }: SaveOptions): ViewContent {
  return {
    name,
    filter,
    sort: orderBy.map((order) => {
      const [, field, direction] = /^(.*?)(?:\s+(asc|desc))?$/is.exec(order.trim())!;
      return { field: field!, descending: direction?.toLowerCase() === 'desc' };
    }),
    columns: column.map((field) => ({ field, widthPixels: null, pinned: false })),
    grouping: groupBy,
  };
}

function readView(cli: Cli, file: string): ViewContent {
  const filePath = cli.path(file);
  try {
    const { format: _format, ...content } = viewDocument.parse(JSON.parse(fs.readFileSync(filePath, 'utf8')));
    return content;
  } catch (error) {
    if (!(error instanceof SyntaxError) && (error as Error).name !== 'ZodError')
      throw fromSystemError(error, filePath);
    throw new AppError('DATA_MALFORMED', `${file} holds no view.`, {
      nextStep: 'Name a file that `lathe view show` wrote.',
      details: { path: file },
      cause: error,
    });
  }
}
