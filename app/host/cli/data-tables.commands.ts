import type { Command } from 'commander';
import type { Job } from '../../contract/jobs.contract.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Cli } from './cli.ts';
import { columnTable, duplicateWords, pageTable, profileTable } from './data-tables.words.ts';
import type { Define } from './define.ts';
import { jobResult } from './follow.ts';
import { collectWords, parseDataRef, parseWhole } from './parse.ts';

/** `data preview`, `profile` and `duplicates`, below the group `data`. */
export function addDataTableCommands(data: Command, define: Define): void {
  define<{ rows: number; from: number; column: string[]; sort?: string; descending?: boolean }>(
    data
      .command('preview <name[@version]>')
      .description('rows of a table')
      .option('--rows <n>', 'how many rows', parseWhole('--rows', 1, 1000), 20)
      .option('--from <n>', 'first row, counted from 0', parseWhole('--from', 0, Number.MAX_SAFE_INTEGER), 0)
      .option('--column <name>', 'only this column (repeat for more)', collectWords, [])
      .option('--sort <column>', 'order by this column')
      .option('--descending', 'largest first'),
    async (cli, [ref], { rows, from, column, sort, descending }) => {
      const page = await (await cli.client()).dataTables.preview(
        {
          ...cli.inProject,
          ...parseDataRef(ref!),
          offset: from,
          limit: rows,
          ...(column.length > 0 && { columns: column }),
          orderBy: sort === undefined ? null : { column: sort, descending: descending === true },
        },
        { signal: cli.world.interrupted },
      );
      cli.print(page, () => pageTable(cli, page));
    },
  );

  define<{ label?: string }>(
    data
      .command('profile <name[@version]>')
      .description('statistics of every column')
      .option('--label <column>', 'how rows spread over the values of this column instead'),
    async (cli, [ref], { label }) => {
      const client = await cli.client();
      const named = { ...cli.inProject, ...parseDataRef(ref!) };
      if (label !== undefined) {
        const balance = await client.dataTables.classes({ ...named, column: label });
        cli.print(balance, () => columnTable(cli, balance));
        return;
      }
      const profile = await looked(cli, () => client.dataTables.profile({ ...named, columnLimit: 5000 }));
      cli.print(profile, () => profileTable(cli, profile));
    },
  );

  define<{ ignore: string[]; threshold: number; exact?: boolean }>(
    data
      .command('duplicates <name[@version]>')
      .description('equal rows, and rows that are nearly equal')
      .option('--ignore <column>', 'a column that does not count, such as an id (repeat)', collectWords, [])
      .option('--threshold <0.5-0.99>', 'least similarity of near-duplicates', parseShare, 0.85)
      .option('--exact', 'equal rows only'),
    async (cli, [ref], { ignore, threshold, exact }) => {
      const client = await cli.client();
      const asked = { ignore, threshold: exact ? null : threshold };
      const report = await looked(cli, () =>
        client.dataTables.duplicates({ ...cli.inProject, ...parseDataRef(ref!), ...asked }),
      );
      cli.print(report, () => duplicateWords(cli, report));
    },
  );
}

/** Ask until there is a result; meanwhile follow the job that works it out. */
export async function looked<T>(
  cli: Cli,
  ask: () => Promise<{ state: 'ready'; result: T } | { state: 'working'; job: Job }>,
): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer.state === 'ready') return answer.result;
    await jobResult(cli, answer.job);
  }
}

function parseShare(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0.5 && value <= 0.99) return value;
  throw new AppError('INVALID_INPUT', `--threshold ${text} is not a number from 0.5 to 0.99.`, {
    details: { value: text },
  });
}
