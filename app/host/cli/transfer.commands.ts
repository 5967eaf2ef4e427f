import type { Command } from 'commander';
import type {
  ExportedRuns,
  ExportFormat,
  ImportFormat,
  TransferredRuns,
} from '../../contract/transfer.contract.ts';
import type { Cli } from './cli.ts';
import type { Define } from './define.ts';
import { jobResult } from './follow.ts';
import { numberWords, sizeWords } from './terminal/words.ts';

interface ImportOptions {
  format: ImportFormat | 'auto';
  experiment?: string;
  follow?: boolean;
}

/** `run import` and `run export`, below the group `run`. */
export function addTransferCommands(run: Command, define: Define): void {
  define<ImportOptions>(
    run
      .command('import <path>')
      .description("take in runs from the SDK's folders or another tool's files; again, only what is new")
      .option('--format <format>', 'lathe, tensorboard, wandb, mlflow or csv', 'auto')
      .option('--experiment <name>', 'put new runs into this experiment')
      .option('--follow', 'go on reading what is added until Ctrl+C'),
    async (cli, [source], { format, experiment, follow }) => {
      const client = await cli.client();
      const job = await client.transfer.import({
        ...cli.inProject,
        path: cli.path(source!),
        format,
        follow: follow === true,
        ...(experiment !== undefined && { experiment }),
      });
      const result = (await jobResult(cli, job)) as TransferredRuns;
      // One folder of the SDK is one run, and that is what it gives.
      if (result.format === 'lathe' && result.runs[0]) {
        const taken = await client.runs.get({ run: result.runs[0].id });
        cli.print(taken, () => importWords(cli, result));
      } else cli.print(result, () => importWords(cli, result));
    },
  );

  define<{ format: ExportFormat; to: string }>(
    run
      .command('export <runs...>')
      .description("write runs as another tool's files, into a new folder")
      .requiredOption('--format <format>', 'mlflow, tensorboard, csv or parquet')
      .requiredOption('--to <path>', 'the folder to make'),
    async (cli, runs, { format, to }) => {
      const client = await cli.client();
      const job = await client.transfer.export({ ...cli.inProject, runs, format, path: cli.path(to) });
      const result = (await jobResult(cli, job)) as ExportedRuns;
      cli.print(result, () => exportWords(result));
    },
  );
}

function importWords(cli: Cli, result: TransferredRuns): string {
  const { runs, newRuns, knownRuns, points, artifacts, modelVersions, skipped, notes } = result;
  return [
    cli.table(
      [
        'RUN',
        '',
        { title: 'NEW POINTS', align: 'right' },
        { title: 'NEW FILES', align: 'right' },
        { title: 'ID', whole: true },
      ],
      runs
        .slice(0, 50)
        .map((run) => [
          run.name,
          run.isNew ? 'new' : 'known',
          numberWords(run.points),
          numberWords(run.artifacts),
          run.id,
        ]),
      'No runs.',
    ),
    ...(runs.length > 1
      ? [
          '',
          `${newRuns} new and ${knownRuns} known runs from ${result.format}: ${numberWords(points)} new points, ${numberWords(artifacts)} new files.`,
        ]
      : []),
    ...(modelVersions > 0 ? [`${modelVersions} new versions of registered models.`] : []),
    ...skipped.map(({ name, reason }) => `not taken: ${name}: ${reason}`),
    ...notes.slice(0, 20).map((note) => `note: ${note}`),
    ...(notes.length > 20 ? [`note: and ${notes.length - 20} more; see --json`] : []),
  ].join('\n');
}

function exportWords({ runs, points, sizeBytes, path, notes }: ExportedRuns): string {
  return [
    `${runs} ${runs === 1 ? 'run' : 'runs'} with ${numberWords(points)} points written to ${path} (${sizeWords(sizeBytes)}).`,
    ...notes.slice(0, 20).map((note) => `note: ${note}`),
  ].join('\n');
}
