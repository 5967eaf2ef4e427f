import type { Command } from 'commander';
import { type DatasetSplit, type Leak, type LeakageReport, splitParts } from '../../contract/data-splits.ts';
import type { Inputs } from '../../contract/index.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Cli } from './cli.ts';
import type { Define } from './define.ts';
import { jobResult } from './follow.ts';
import { collectWords, parseDataRef, parseWhole } from './parse.ts';
import { numberWords } from './terminal/words.ts';

interface MakeOptions {
  stratify?: string;
  group: string[];
  time?: string;
  parts?: string;
  folds?: number;
  seed: number;
  duplicates: string;
  ignore: string[];
}

const USUAL_PARTS = 'train=0.7,validation=0.1,test=0.2';

export function addDataSplitCommands(split: Command, define: Define): void {
  define<MakeOptions>(
    split
      .command('make <name[@version]> <split>')
      .description(
        'split the rows of a version; by chance, unless --stratify, --group or --time says otherwise',
      )
      .option('--stratify <column>', 'every part has each class of this column in the same proportion')
      .option(
        '--group <column>',
        'rows with the same value stay in one part (repeat for more)',
        collectWords,
        [],
      )
      .option('--time <column>', 'the first part has the earliest rows, the last the latest')
      .option('--parts <name=share,...>', `names and shares (default ${USUAL_PARTS})`)
      .option('--folds <k>', 'so many equal folds instead of parts', parseWhole('--folds', 2, 100))
      .option('--seed <n>', 'another one shuffles otherwise', parseWhole('--seed', 0, 4_294_967_295), 7)
      .option('--duplicates <together|apart>', 'whether identical rows stay in one part', 'together')
      .option(
        '--ignore <column>',
        'does not count when rows are compared (repeat for more)',
        collectWords,
        [],
      ),
    async (cli, [ref, name], options) => {
      const job = await (await cli.client()).dataChecks.makeSplit({
        ...cli.inProject,
        ...parseDataRef(ref!),
        name: name!,
        spec: specOf(options),
      });
      const made = (await jobResult(cli, job)) as DatasetSplit;
      cli.print(made, () => splitWords(cli, made));
    },
  );

  define(
    split.command('list <name[@version]>').description('the splits of a version'),
    async (cli, [ref]) => {
      const splits = await (await cli.client()).dataChecks.splits({
        ...cli.inProject,
        ...parseDataRef(ref!),
      });
      cli.print(splits, () =>
        cli.table(
          [
            'SPLIT',
            'BY',
            'PARTS',
            { title: 'SEED', align: 'right' },
            { title: 'RUNS', align: 'right' },
            'LEAKS',
          ],
          splits.map((each) => [
            each.name,
            methodWords(each),
            each.spec.folds === undefined
              ? each.parts.map(({ name, rows }) => `${name} ${numberWords(rows)}`).join(', ')
              : `${each.spec.folds} folds`,
            String(each.spec.seed),
            String(each.runs),
            leakCount(each.leakage.leaks),
          ]),
          `No splits. Make one: lathe data split make ${ref} NAME`,
        ),
      );
    },
  );

  define<{ group: string[]; time?: string }>(
    split
      .command('show <name[@version]> <split>')
      .description('parts, classes and what leaks between them')
      .option(
        '--group <column>',
        'look whether values of this column cross (repeat for more)',
        collectWords,
        [],
      )
      .option('--time <column>', 'look whether what is held out comes after what is trained on'),
    async (cli, [ref, name], { group, time }) => {
      const client = await cli.client();
      const named = { ...cli.inProject, ...parseDataRef(ref!), name: name! };
      const found = await client.dataChecks.split(named);
      if (group.length === 0 && time === undefined) return cli.print(found, () => splitWords(cli, found));
      const job = await client.dataChecks.leakage({
        ...named,
        ...(group.length > 0 && { groups: group }),
        ...(time !== undefined && { time }),
      });
      const shown = { ...found, leakage: (await jobResult(cli, job)) as LeakageReport };
      cli.print(shown, () => splitWords(cli, shown));
    },
  );

  define(
    split.command('remove <name[@version]> <split>').description('remove a split that no run used'),
    async (cli, [ref, name]) => {
      const removed = await (await cli.client()).dataChecks.removeSplit({
        ...cli.inProject,
        ...parseDataRef(ref!),
        name: name!,
      });
      cli.print(removed, () => `Removed the split ${removed.name}.`);
    },
  );
}

function specOf(options: MakeOptions): Inputs['dataChecks']['makeSplit']['spec'] {
  const { stratify, group, time, parts, folds, seed, duplicates, ignore } = options;
  const methods = [stratify, time, group[0]].filter((each) => each !== undefined);
  if (methods.length > 1)
    throw unfit('Only one of --stratify, --group and --time can be used.', 'Choose how rows are told apart.');
  if (duplicates !== 'together' && duplicates !== 'apart')
    throw unfit(`--duplicates ${duplicates} does not fit.`, 'Give together or apart.');
  if (folds !== undefined && parts !== undefined)
    throw unfit('Only one of --parts and --folds can be used.', 'Leave out one of them.');
  return {
    method:
      stratify !== undefined
        ? { kind: 'stratified', column: stratify }
        : time !== undefined
          ? { kind: 'time', column: time }
          : group.length > 0
            ? { kind: 'grouped', columns: group }
            : { kind: 'random' },
    ...(folds === undefined ? { parts: partsOf(parts ?? USUAL_PARTS) } : { folds }),
    seed,
    duplicates,
    ...(ignore.length > 0 && { ignore }),
  };
}

function partsOf(text: string) {
  const parts = text.split(',').map((word) => {
    const [name = '', fraction = ''] = word.split('=');
    return { name: name.trim(), fraction: Number(fraction) };
  });
  const parsed = splitParts.safeParse(parts);
  if (parsed.success) return parsed.data;
  throw unfit(
    `--parts ${text} does not fit: ${parsed.error.issues[0]!.message}.`,
    `Write names and shares that add up to 1, for example ${USUAL_PARTS}.`,
  );
}

function unfit(message: string, nextStep: string): AppError {
  return new AppError('INVALID_INPUT', message, { nextStep });
}

function methodWords({ spec: { method } }: DatasetSplit): string {
  if (method.kind === 'random') return 'chance';
  return method.kind === 'grouped'
    ? `groups of ${method.columns.join(', ')}`
    : `${method.kind === 'time' ? 'time' : 'classes'}: ${method.column}`;
}

function splitWords(cli: Cli, split: DatasetSplit): string {
  const { parts, classes, leakage, spec } = split;
  const right = (title: string) => ({ title, align: 'right' as const });
  const labels = classes?.labels ?? [];
  const table = cli.table(
    [
      'PART',
      right('ROWS'),
      right('SHARE'),
      ...labels.map((label) => right(label === null ? 'nothing' : String(label))),
    ],
    parts.map(({ name, rows, fraction }, part) => [
      name,
      numberWords(rows),
      `${(fraction * 100).toFixed(1)} %`,
      ...labels.map((_, label) => numberWords(classes!.counts[part]![label]!)),
    ]),
    '',
  );
  const ignored = spec.ignore?.length ? [`not compared: ${spec.ignore.join(', ')}`] : [];
  return [
    `${split.name}: by ${methodWords(split)}, seed ${spec.seed}`,
    ...ignored,
    table,
    ...(leakage.leaks.length === 0 ? ['No leaks were found.'] : leakage.leaks.map(leakWords)),
  ].join('\n');
}

function leakWords({ severity, message, nextStep, examples }: Leak): string {
  const shown = examples.map(({ one, other, cells }) => {
    const values = Object.entries(cells).slice(0, 4);
    const words = values
      .map(([name, cell]) => `${name} = ${cell === null ? 'nothing' : numberWords(cell)}`)
      .join(', ');
    return `    row ${one.row} (${one.part}) and row ${other.row} (${other.part}): ${words}`;
  });
  return [`${severity === 'leak' ? '✗' : '!'} ${message}`, `  → ${nextStep}`, ...shown].join('\n');
}

function leakCount(leaks: readonly Leak[]): string {
  const sure = leaks.filter(({ severity }) => severity === 'leak').length;
  const rest = leaks.length - sure;
  return (
    [sure > 0 ? `${sure} found` : null, rest > 0 ? `${rest} suspected` : null].filter(Boolean).join(', ') ||
    'none'
  );
}
