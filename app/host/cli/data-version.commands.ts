import { type Command, Option } from 'commander';
import type {
  CheckoutResult,
  VerifyResult,
  VersionDiff,
  VersionFile,
} from '../../contract/datasets.contract.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Cli } from './cli.ts';
import { comparedTables, diffTables } from './data-diff.words.ts';
import { folderWords } from './data-folder.ts';
import type { Define } from './define.ts';
import { jobResult } from './follow.ts';
import { collectTag, collectWords, parseDataRef, parseWhole } from './parse.ts';
import { count, sizeWords } from './terminal/words.ts';

interface FilesOptions {
  readonly prefix: string;
  /** True where no folder is named: the root. */
  readonly folder?: string | true;
  readonly sort: 'name' | 'size' | 'files';
  readonly descending?: boolean;
  readonly from: number;
  readonly limit: number;
}

/** What is said of versions, and what is done with their files. */
export function addDataVersionCommands(data: Command, define: Define): void {
  define<{ remove?: boolean }>(
    data
      .command('tag <name[@version]> <tags...>')
      .description('set tags of a version: KEY or KEY=VALUE')
      .option('--remove', 'remove the tags instead'),
    async (cli, [ref, ...words], { remove }) => {
      const named = { ...cli.inProject, ...parseDataRef(ref!) };
      const { datasets } = await cli.client();
      const version = remove
        ? await datasets.untag({ ...named, keys: words })
        : await datasets.tag({
            ...named,
            tags: words.reduce((tags, word) => collectTag(word, tags), {} as Record<string, string>),
          });
      cli.print(
        version,
        () => `${version.datasetName}@${version.version}: ${tagWords(version.tags) || 'no tags'}`,
      );
    },
  );

  define<{ remove?: boolean }>(
    data
      .command('alias <name[@version]> <alias>')
      .description('point an alias at a version (the latest where none is named); NAME@ALIAS then means it')
      .option('--remove', 'remove the alias instead'),
    async (cli, [ref, alias], { remove }) => {
      const named = { ...cli.inProject, ...parseDataRef(ref!), alias: alias! };
      const { datasets } = await cli.client();
      const dataset = remove ? await datasets.removeAlias(named) : await datasets.setAlias(named);
      cli.print(dataset, () =>
        remove
          ? `${dataset.name} has no alias ${alias} any more.`
          : `${dataset.name}@${alias} is now v${dataset.aliases[alias!]}.`,
      );
    },
  );

  define(
    data.command('describe <name> <text>').description('say what a data set is'),
    async (cli, [dataset, description]) => {
      const described = await (await cli.client()).datasets.describe({
        ...cli.inProject,
        dataset: dataset!,
        description: description!,
      });
      cli.print(described, () => `${described.name}: ${described.description}`);
    },
  );

  define<FilesOptions>(
    data
      .command('files <name[@version]>')
      .description('files of a version, or what lies in one of its folders')
      .option('--prefix <path>', 'only files whose path begins so', '')
      .option('--folder [path]', 'what lies in this folder: folders with what is below them, then files')
      .addOption(
        new Option('--sort <by>', 'with --folder: the order of the entries')
          .choices(['name', 'size', 'files'])
          .default('name'),
      )
      .option('--descending', 'with --folder: the other way round')
      .option(
        '--from <n>',
        'first file or entry, counted from 0',
        parseWhole('--from', 0, Number.MAX_SAFE_INTEGER),
        0,
      )
      .option('--limit <n>', 'how many at most', parseWhole('--limit', 1, 1000), 100),
    async (cli, [ref], { prefix, folder, sort, descending = false, from, limit }) => {
      const named = { ...cli.inProject, ...parseDataRef(ref!) };
      const { datasets } = await cli.client();
      if (folder !== undefined) {
        const asked = { ...named, folder: folder === true ? '' : folder, offset: from, limit };
        const page = await datasets.folder({ ...asked, sort, descending });
        return cli.print(page, () => folderWords(cli, page));
      }
      const page = await datasets.files({
        ...named,
        prefix,
        offset: from,
        limit,
      });
      cli.print(
        page,
        () => `${fileTable(cli, page.files)}\n${page.files.length} of ${count(page.total, 'file')}`,
      );
    },
  );

  define<{ from: number; limit: number; table?: boolean; key: string[] }>(
    data
      .command('diff <name[@version]> [other[@version]]')
      .description(
        'files that differ: from the first version to the second, or to the latest from the one before',
      )
      .option(
        '--from <n>',
        'first file of each kind, counted from 0',
        parseWhole('--from', 0, Number.MAX_SAFE_INTEGER),
        0,
      )
      .option('--limit <n>', 'how many files of each kind', parseWhole('--limit', 1, 1000), 100)
      .option('--table', 'columns, rows and drift of the two tables instead of files')
      .option(
        '--key <column>',
        'with --table: a column that names a row (repeat for more)',
        collectWords,
        [],
      ),
    async (cli, [first, second], { from: offset, limit, table, key }) => {
      const from = parseDataRef(first!);
      const to = second === undefined ? null : parseDataRef(second);
      if (table) return await diffTables(cli, ...(await comparedTables(cli, from, to)), key);
      const diff = await (await cli.client()).datasets.diff({
        ...cli.inProject,
        ...(to ?? from),
        ...(to && { beforeDataset: from.dataset, before: from.version ?? 'latest' }),
        offset,
        limit,
      });
      cli.print(diff, () => diffWords(cli, diff));
    },
  );

  define<{ prefix: string; existing: 'refuse' | 'update' | 'overwrite' }>(
    data
      .command('checkout <name[@version]> <folder>')
      .description('write the files of a version into a folder; again, only what differs')
      .option('--prefix <path>', 'only files whose path begins so', '')
      .option(
        '--existing <how>',
        'a folder that holds something: `refuse`; `update` what the last checkout left; `overwrite` anything',
        existingWord,
        'update',
      ),
    async (cli, [ref, folder], { prefix, existing }) => {
      const named = { ...cli.inProject, ...parseDataRef(ref!) };
      const job = await (await cli.client()).datasets.checkout({
        ...named,
        folder: cli.path(folder!),
        prefix,
        existing,
      });
      const result = (await jobResult(cli, job)) as CheckoutResult;
      const { version, written, removed, unchanged, writtenBytes } = result;
      cli.print(
        result,
        () =>
          `${version.datasetName}@${version.version} is in ${result.folder}: ${count(written, 'file')} written (${sizeWords(writtenBytes)}), ${unchanged} as they were, ${removed} removed.`,
      );
    },
  );

  define(
    data
      .command('verify [name[@version]]')
      .description('read everything that versions hold and compare it with its digests'),
    async (cli, [ref]) => {
      const named = { ...cli.inProject, ...(ref !== undefined && parseDataRef(ref)) };
      const job = await (await cli.client()).datasets.verify(named);
      const result = (await jobResult(cli, job)) as VerifyResult;
      cli.print(result, () => verifyWords(result));
      if (result.damaged.length > 0) cli.exitCode = 1;
    },
  );
}

export function tagWords(tags: Readonly<Record<string, string>>): string {
  return Object.entries(tags)
    .map(([key, value]) => (value === '' ? key : `${key}=${value}`))
    .join(', ');
}

export function fileTable(cli: Cli, files: readonly VersionFile[]): string {
  return cli.table(
    [{ title: 'FILE', whole: true }, { title: 'SIZE', align: 'right' }, 'DIGEST'],
    files.map(({ path, sizeBytes, digest }) => [path, sizeWords(sizeBytes), digest.slice(0, 12)]),
    'No files.',
  );
}

function diffWords(cli: Cli, diff: VersionDiff): string {
  const { before, after, counts, sharedBytes } = diff;
  const rows = [
    ...diff.renamed.map(
      (pair) => ['renamed', `${pair.before.path} → ${pair.after.path}`, pair.after.sizeBytes] as const,
    ),
    ...diff.changed.map((pair) => ['changed', pair.after.path, pair.after.sizeBytes] as const),
    ...diff.added.map((file) => ['added', file.path, file.sizeBytes] as const),
    ...diff.removed.map((file) => ['removed', file.path, file.sizeBytes] as const),
  ];
  const total = counts.added + counts.removed + counts.changed + counts.renamed;
  return [
    `${before.datasetName}@${before.version} → ${after.datasetName}@${after.version}: ${counts.added} added, ${counts.removed} removed, ${counts.changed} changed, ${counts.renamed} renamed`,
    `${sizeWords(sharedBytes)} of ${sizeWords(after.sizeBytes)} were there before`,
    '',
    cli.table(
      ['', { title: 'FILE', whole: true }, { title: 'SIZE', align: 'right' }],
      rows.map(([what, path, sizeBytes]) => [what, path, sizeWords(sizeBytes)]),
      'The files are the same.',
    ),
    ...(total > rows.length ? [`and ${count(total - rows.length, 'more file')}`] : []),
  ].join('\n');
}

function verifyWords({ versions, sizeBytes, damaged }: VerifyResult): string {
  if (damaged.length === 0) {
    return `${count(versions, 'version')} with ${sizeWords(sizeBytes)}: everything is as it was imported.`;
  }
  return damaged
    .flatMap(({ kind, name, reason, versions: harmed }) => [
      `damaged ${kind} ${name}: ${reason}`,
      ...harmed.map(
        ({ datasetName, version, files, examples }) =>
          `  ${datasetName}@${version}: ${count(files, 'file')}${examples.length > 0 ? ` (${examples.join(', ')})` : ''}`,
      ),
    ])
    .concat('→ `lathe fsck --repair` mends what can be mended.')
    .join('\n');
}

function existingWord(text: string): string {
  if (['refuse', 'update', 'overwrite'].includes(text)) return text;
  throw new AppError('INVALID_INPUT', `--existing ${text} is not refuse, update or overwrite.`, {
    details: { value: text },
  });
}
