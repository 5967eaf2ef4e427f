import path from 'node:path';
import type { Command } from 'commander';
import {
  type ExportFormat,
  type ExportResult,
  exportFormat,
  type SqlResult,
} from '../../contract/data-sql.contract.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Cli } from './cli.ts';
import { addCroissantOptions, type CroissantOptions, exportCroissant } from './data-croissant.ts';
import type { Define } from './define.ts';
import { jobResult } from './follow.ts';
import { parseDataRef, parseWhole } from './parse.ts';
import { csvText } from './terminal/csv.ts';
import { count, numberWords, sizeWords } from './terminal/words.ts';

interface SqlOptions {
  limit: number;
  timeout: number;
  csv?: boolean;
  out?: string;
  as?: string;
  message: string;
  overwrite?: boolean;
}

/** `data sql` and `data export`, below the group `data`. */
export function addDataSqlCommands(data: Command, define: Define): void {
  define<SqlOptions>(
    data
      .command('sql <query>')
      .description('one SQL query over versions: FROM digits, FROM "digits@2"')
      .option('--limit <n>', 'how many rows at most', parseWhole('--limit', 1, 10_000), 1000)
      .option('--timeout <seconds>', 'how long it may take', parseWhole('--timeout', 1, 600), 60)
      .option('--csv', 'as CSV')
      .option('--out <file>', 'write all rows to a .csv, .parquet or .jsonl file')
      .option('--overwrite', 'replace the file if it is there')
      .option('--as <name>', 'import all rows as a version of this data set')
      .option('-m, --message <text>', 'what changed, for its log', ''),
    async (cli, [query], { limit, timeout, csv, out, as, message, overwrite }) => {
      if (out !== undefined) return await exportTo(cli, query!, out, overwrite === true);
      if (as !== undefined) return await exportAs(cli, query!, as, message);
      const answer = await (await cli.client()).dataTables.sql.run(
        { ...cli.inProject, query: query!, limit, mostRows: limit, timeLimitMs: timeout * 1000 },
        { signal: cli.world.interrupted },
      );
      cli.print(answer, () => (csv ? answerCsv(answer) : answerTable(cli, answer)));
      if (answer.truncated && !cli.json) {
        cli.say(`The first ${answer.rows.length} rows; more with --limit, all with --out.`);
      }
    },
  );

  define<{ overwrite?: boolean } & CroissantOptions>(
    addCroissantOptions(
      data
        .command('export <name[@version]> <file>')
        .description(
          'write a table to a .csv, .parquet or .jsonl file, or a version with its Croissant description',
        )
        .option('--overwrite', 'replace the file if it is there'),
    ),
    async (cli, [ref, file], { overwrite, ...options }) => {
      if (options.croissant) return exportCroissant(cli, ref!, file!, options);
      const version = await (await cli.client()).datasets.version({
        ...cli.inProject,
        ...parseDataRef(ref!),
      });
      const name = `${version.datasetName}@${version.version}`.replaceAll('"', '""');
      await exportTo(cli, `FROM "${name}"`, file!, overwrite === true);
    },
  );
}

async function exportTo(cli: Cli, query: string, file: string, overwrite: boolean): Promise<void> {
  const target = { kind: 'file' as const, path: cli.path(file), format: formatOf(file), overwrite };
  const job = await (await cli.client()).dataTables.sql.export({ ...cli.inProject, query, target });
  const written = (await jobResult(cli, job)) as ExportResult;
  cli.print(
    written,
    () => `Wrote ${count(written.rows, 'row')} (${sizeWords(written.sizeBytes)}) to ${written.path}.`,
  );
}

async function exportAs(cli: Cli, query: string, name: string, message: string): Promise<void> {
  const target = { kind: 'dataset' as const, name, message };
  const job = await (await cli.client()).dataTables.sql.export({ ...cli.inProject, query, target });
  const made = (await jobResult(cli, job)) as ExportResult;
  cli.print(made, () => {
    const { dataset } = made;
    const version = `${dataset?.name}@${dataset?.version}`;
    return dataset?.reused
      ? `Unchanged: this is ${version} (${count(made.rows, 'row')}); no new version was made.`
      : `Made ${version}: ${count(made.rows, 'row')}.`;
  });
}

function formatOf(file: string): ExportFormat {
  const extension = path.extname(file).slice(1).toLowerCase();
  const format = exportFormat.safeParse(extension === 'ndjson' ? 'jsonl' : extension);
  if (format.success) return format.data;
  throw new AppError('INVALID_INPUT', `The ending of ${file} says no format.`, {
    nextStep: 'Name a file that ends in .csv, .parquet or .jsonl.',
    details: { path: file },
  });
}

const answerCsv = ({ columns, rows }: SqlResult): string =>
  csvText(
    columns.map(({ name }) => name),
    rows,
  );

function answerTable(cli: Cli, { columns, rows }: SqlResult): string {
  return cli.table(
    columns.map(({ name, kind }) => ({
      title: name,
      ...((kind === 'integer' || kind === 'number') && { align: 'right' as const }),
    })),
    rows.map((row) => row.map((value) => numberWords(value))),
    'No rows.',
  );
}
