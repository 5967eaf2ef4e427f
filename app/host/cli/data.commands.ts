import type { Command } from 'commander';
import type { DatasetVersion } from '../../contract/datasets.contract.ts';
import type { DatasetId, DatasetVersionId } from '../../contract/ids.ts';
import type { Cli } from './cli.ts';
import { addDataCheckCommands } from './data-checks.commands.ts';
import { addDataImportCommand } from './data-import.command.ts';
import { addDataSqlCommands } from './data-sql.commands.ts';
import { addDataTableCommands } from './data-tables.commands.ts';
import { addDataVersionCommands, fileTable, tagWords } from './data-version.commands.ts';
import { type Define, group } from './define.ts';
import { addLineageCommand } from './lineage.command.ts';
import { parseDataRef } from './parse.ts';
import { count, numberWords, sizeWords, timeWords } from './terminal/words.ts';

export function addDataCommands(program: Command, define: Define): void {
  const data = group(program, 'data', 'Data sets and their versions');

  addDataImportCommand(data, define);
  addDataCheckCommands(data, define);

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
      const { datasets } = await cli.client();
      const named = { ...cli.inProject, ...parseDataRef(ref!) };
      const version = await datasets.version(named);
      const { files, total } = await datasets.files({ ...named, version: version.version, limit: 20 });
      cli.print(version, () =>
        [
          ...versionLines(version),
          '',
          cli.table(
            ['COLUMN', 'TYPE'],
            version.columns.map(({ name, type }) => [name, type]),
            'No columns.',
          ),
          '',
          fileTable(cli, files),
          ...(total > files.length
            ? [`and ${count(total - files.length, 'more file')}; see \`lathe data files\``]
            : []),
        ].join('\n'),
      );
    },
  );

  addDataVersionCommands(data, define);
  addLineageCommand(data, define);
  addDataTableCommands(data, define);
  addDataSqlCommands(data, define);

  define(
    data
      .command('delete <name[@version]>')
      .description('delete a data set, or one version of it; `restore` brings it back'),
    async (cli, [ref]) => {
      const { datasets } = await cli.client();
      const { dataset, version } = parseDataRef(ref!);
      const deleted =
        version === undefined
          ? await datasets.delete({ ...cli.inProject, dataset })
          : await datasets.deleteVersion({ ...cli.inProject, dataset, version });
      cli.print(
        deleted,
        () =>
          `Deleted; ${sizeWords(deleted.freesBytes)} can be freed. Bring it back: lathe data restore ${deleted.id}`,
      );
    },
  );
  define(
    data.command('restore <id>').description('undo the deletion of a data set or of a version'),
    async (cli, [id]) => {
      const { datasets } = await cli.client();
      const restored = await datasets
        .restore({ id: id as DatasetId })
        .catch(async (error: { code?: string }) => {
          if (error.code !== 'NOT_FOUND') throw error;
          return datasets.restoreVersion({ id: id as DatasetVersionId });
        });
      cli.print(restored, () =>
        'latest' in restored
          ? `${restored.name} is back, with ${count(restored.versions, 'version')}.`
          : `${restored.datasetName}@${restored.version} is back.`,
      );
    },
  );
}

function versionLines(version: DatasetVersion): string[] {
  const {
    datasetName,
    version: number,
    digest,
    createdAt,
    source,
    author,
    message,
    parents,
    tags,
    aliases,
  } = version;
  const by = author === '' ? '' : ` by ${author}`;
  return [
    `${datasetName}@${number}  ${digest}`,
    `imported ${timeWords(createdAt)}${by} from ${source}`,
    ...(message ? [message] : []),
    ...(aliases.length > 0 ? [`aliases: ${aliases.join(', ')}`] : []),
    ...(Object.keys(tags).length > 0 ? [`tags: ${tagWords(tags)}`] : []),
    ...(parents.length > 0
      ? [`follows ${parents.map((parent) => `${parent.datasetName}@${parent.version}`).join(', ')}`]
      : []),
  ];
}

function versionTable(cli: Cli, versions: readonly DatasetVersion[]): string {
  return cli.table(
    [
      'VERSION',
      'IMPORTED',
      { title: 'ROWS', align: 'right' },
      { title: 'SIZE', align: 'right' },
      'DIGEST',
      'ALIASES',
      'BY',
      'MESSAGE',
    ],
    versions.map((each) => [
      `v${each.version}`,
      timeWords(each.createdAt),
      numberWords(each.rows),
      sizeWords(each.sizeBytes),
      each.digest.slice(0, 12),
      each.aliases.join(', '),
      each.author,
      each.message,
    ]),
    'No versions.',
  );
}
