import type { Command } from 'commander';
import type { ImportResult } from '../../contract/datasets.contract.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Cli } from './cli.ts';
import { unlockCredentials } from './credential.commands.ts';
import { printImportChecks } from './data-checks.commands.ts';
import { addSourceOptions, type SourceOptions, sourceOf } from './data-import-source.ts';
import type { Define } from './define.ts';
import { cancelJob, failureOf, followJob } from './follow.ts';
import { collectTag, collectWords } from './parse.ts';
import { count, sizeWords } from './terminal/words.ts';

interface ImportOptions extends SourceOptions {
  readonly message: string;
  readonly author?: string;
  readonly tag: Record<string, string>;
  readonly alias?: string;
  readonly include: string[];
  readonly exclude: string[];
  readonly rehash?: boolean;
  readonly as?: string;
}

export function addDataImportCommand(data: Command, define: Define): void {
  define<ImportOptions>(
    addSourceOptions(
      data
        .command('import <name> [paths...]')
        .description('import files or folders as a new version; unchanged content makes none')
        .option('-m, --message <text>', 'what changed, for the log', '')
        .option('--author <name>', 'who made it (default: you)')
        .option('--tag <key=value>', 'a tag of the version; may be repeated', collectTag, {})
        .option('--alias <alias>', 'alias that shall point at the version')
        .option('--include <pattern>', 'take only what matches, as in .gitignore', collectWords, [])
        .option('--exclude <pattern>', 'leave out what matches', collectWords, [])
        .option('--rehash', 'read every file, also those that look unchanged by size, time and inode')
        .option('--as <format>', 'what the files are (csv, parquet, images …); `files`: just files'),
    ),
    async (cli, [name, ...paths], options) => await importData(cli, name!, paths, options),
  );
}

async function importData(
  cli: Cli,
  name: string,
  paths: readonly string[],
  options: ImportOptions,
): Promise<void> {
  const source = sourceOf(cli, paths, options);
  const { message, author, tag, alias, include, exclude, rehash = false, as: format } = options;
  const client = await cli.client();
  if (options.credential !== undefined) await unlockCredentials(cli);
  const job = await client.datasets.import({
    ...cli.inProject,
    name,
    source,
    message,
    tags: tag,
    include,
    exclude,
    rehash,
    ...(author !== undefined && { author }),
    ...(format !== undefined && { format }),
  });
  const done = await followJob(cli, job.id, `Importing ${name}`);
  if (done === null) {
    await cancelJob(client, job.id);
    throw new AppError('INTERRUPTED', `The import of ${name} was cancelled; no version was made.`, {
      nextStep: 'Run the same command again when you want it; it goes on where it was.',
    });
  }
  if (done.state !== 'finished') throw failureOf(done, `The import of ${name}`);
  const result = done.result as ImportResult;
  if (alias !== undefined) {
    const { datasetId: dataset, version } = result.version;
    await client.datasets.setAlias({ ...cli.inProject, dataset, version, alias });
  }
  cli.print(result, () => importWords(result));
  if (!result.reused) await printImportChecks(cli, result.version);
}

function importWords({ version, reused, addedBytes }: ImportResult): string {
  const words = [
    version.rows === null ? null : count(version.rows, 'row'),
    version.columns.length > 0 ? count(version.columns.length, 'column') : null,
    count(version.files, 'file'),
    sizeWords(version.sizeBytes),
  ]
    .filter(Boolean)
    .join(', ');
  return reused
    ? `Unchanged: this is ${version.datasetName}@${version.version} (${words}); no new version was made.`
    : `Imported ${version.datasetName}@${version.version}: ${words}; ${sizeWords(addedBytes)} came onto the disk.`;
}
