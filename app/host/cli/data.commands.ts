import type { Command } from 'commander';
import type { DatasetVersion, ImportResult } from '../../contract/datasets.contract.ts';
import type { DatasetId } from '../../contract/ids.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Cli } from './cli.ts';
import { type Define, group } from './define.ts';
import { cancelJob, failureOf, followJob } from './follow.ts';
import { parseDataRef, parseWhole } from './parse.ts';
import { count, numberWords, sizeWords, timeWords } from './terminal/words.ts';

export function addDataCommands(program: Command, define: Define): void {
  const data = group(program, 'data', 'Data sets and their versions');

  define<{ message: string }>(
    data
      .command('import <name> <paths...>')
      .description('import files or folders as a new version; unchanged content makes none')
      .option('-m, --message <text>', 'what changed, for the log', ''),
    async (cli, [name, ...paths], { message }) => await importData(cli, name!, paths, message),
  );

  define(data.command('list').description('data sets of the project'), async (cli) => {
    const datasets = await (await cli.client()).datasets.list(cli.inProject);
    cli.print(datasets, () =>
      cli.table(
        [
          'DATA SET',
          'VERSION',
          { title: 'ROWS', align: 'right' },
          { title: 'SIZE', align: 'right' },
          'UPDATED',
          { title: 'ID', whole: true },
        ],
        datasets.map(({ name, latest, updatedAt, id }) => [
          name,
          `v${latest.version}`,
          numberWords(latest.rows),
          sizeWords(latest.sizeBytes),
          timeWords(updatedAt),
          id,
        ]),
        'No data yet. Import some: lathe data import NAME PATH',
      ),
    );
  });

  define(
    data.command('log <name>').description('versions of a data set, newest first'),
    async (cli, [dataset]) => {
      const versions = await (await cli.client()).datasets.versions({ ...cli.inProject, dataset: dataset! });
      cli.print(versions, () => versionTable(cli, versions));
    },
  );

  define(
    data.command('show <name[@version]>').description('one version: its columns and files'),
    async (cli, [ref]) => {
      const version = await (await cli.client()).datasets.version({
        ...cli.inProject,
        ...parseDataRef(ref!),
      });
      cli.print(version, () =>
        [
          `${version.datasetName}@${version.version}  ${version.digest}`,
          `imported ${timeWords(version.createdAt)} from ${version.source}`,
          ...(version.message ? [version.message] : []),
          '',
          cli.table(
            ['COLUMN', 'TYPE'],
            version.columns.map(({ name, type }) => [name, type]),
            'No columns.',
          ),
          '',
          cli.table(
            ['FILE', { title: 'SIZE', align: 'right' }],
            version.manifest.slice(0, 20).map(({ path, sizeBytes }) => [path, sizeWords(sizeBytes)]),
            'No files.',
          ),
          ...(version.manifest.length > 20
            ? [`and ${count(version.manifest.length - 20, 'more file')}`]
            : []),
        ].join('\n'),
      );
    },
  );

  define(
    data.command('profile <name[@version]>').description('statistics of every column'),
    async (cli, [ref]) => {
      const profile = await (await cli.client()).datasets.profile({
        ...cli.inProject,
        ...parseDataRef(ref!),
      });
      const right = (title: string) => ({ title, align: 'right' as const });
      cli.print(profile, () =>
        cli.table(
          [
            'COLUMN',
            'TYPE',
            right('MISSING'),
            right('DISTINCT'),
            right('MIN'),
            right('MEAN'),
            right('MEDIAN'),
            right('MAX'),
            right('STD'),
            'MOST FREQUENT',
          ],
          profile.map(({ name, type, missing, distinct, numeric, top }) => [
            name,
            type,
            String(missing),
            String(distinct),
            numberWords(numeric?.min),
            numberWords(numeric?.mean),
            numberWords(numeric?.median),
            numberWords(numeric?.max),
            numberWords(numeric?.std),
            top
              .slice(0, 3)
              .map(({ value }) => numberWords(value))
              .join(', '),
          ]),
          'This version is not a table.',
        ),
      );
    },
  );

  define<{ rows: number; from: number }>(
    data
      .command('preview <name[@version]>')
      .description('rows of a table')
      .option('--rows <n>', 'how many rows', parseWhole('--rows', 1, 1000), 20)
      .option('--from <n>', 'first row, counted from 0', parseWhole('--from', 0, Number.MAX_SAFE_INTEGER), 0),
    async (cli, [ref], { rows, from }) => {
      const preview = await (await cli.client()).datasets.preview({
        ...cli.inProject,
        ...parseDataRef(ref!),
        offset: from,
        limit: rows,
      });
      cli.print(preview, () => {
        const columns = preview.columns.map(({ name, type }) => ({
          title: name,
          align: type === 'integer' || type === 'number' ? ('right' as const) : ('left' as const),
        }));
        const table = cli.table(
          columns,
          preview.rows.map((row) => row.map(numberWords)),
          'No rows there.',
        );
        return `${table}\n${preview.rows.length} of ${count(preview.totalRows, 'row')}`;
      });
    },
  );

  define(
    data.command('delete <name>').description('delete a data set; `restore` brings it back'),
    async (cli, [dataset]) => {
      const deleted = await (await cli.client()).datasets.delete({ ...cli.inProject, dataset: dataset! });
      cli.print(
        deleted,
        () =>
          `Deleted; ${sizeWords(deleted.freesBytes)} can be freed. Bring it back: lathe data restore ${deleted.id}`,
      );
    },
  );
  define(data.command('restore <id>').description('undo the deletion of a data set'), async (cli, [id]) => {
    const restored = await (await cli.client()).datasets.restore({ id: id as DatasetId });
    cli.print(restored, () => `${restored.name} is back, with ${count(restored.versions, 'version')}.`);
  });
}

async function importData(cli: Cli, name: string, paths: string[], message: string): Promise<void> {
  const client = await cli.client();
  const job = await client.datasets.import({
    ...cli.inProject,
    name,
    source: { kind: 'paths', paths: paths.map((typed) => cli.path(typed)) },
    message,
  });
  const done = await followJob(cli, job.id, `Importing ${name}`);
  if (done === null) {
    await cancelJob(client, job.id);
    throw new AppError('INTERRUPTED', `The import of ${name} was cancelled; no version was made.`, {
      nextStep: 'Run the same command again when you want it.',
    });
  }
  if (done.state !== 'finished') throw failureOf(done, `The import of ${name}`);
  const result = done.result as ImportResult;
  const { version, reused } = result;
  cli.print(result, () => {
    const what = [
      version.rows === null ? null : count(version.rows, 'row'),
      version.columns.length > 0 ? count(version.columns.length, 'column') : null,
      count(version.files, 'file'),
      sizeWords(version.sizeBytes),
    ];
    const words = what.filter(Boolean).join(', ');
    return reused
      ? `Unchanged: this is ${version.datasetName}@${version.version} (${words}); no new version was made.`
      : `Imported ${version.datasetName}@${version.version}: ${words}.`;
  });
}

function versionTable(cli: Cli, versions: readonly DatasetVersion[]): string {
  return cli.table(
    [
      'VERSION',
      'IMPORTED',
      { title: 'ROWS', align: 'right' },
      { title: 'SIZE', align: 'right' },
      'DIGEST',
      'MESSAGE',
    ],
    versions.map((each) => [
      `v${each.version}`,
      timeWords(each.createdAt),
      numberWords(each.rows),
      sizeWords(each.sizeBytes),
      each.digest.slice(0, 12),
      each.message,
    ]),
    'No versions.',
  );
}
