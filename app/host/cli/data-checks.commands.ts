import fs from 'node:fs';
import type { Command } from 'commander';
import { checkTitle } from '../../contract/data-check-words.ts';
import type { CheckReport, Expectation, ExpectationDraft } from '../../contract/data-checks.contract.ts';
import type { DatasetVersion } from '../../contract/datasets.contract.ts';
import { AppError, fromSystemError } from '../../kernel/app-error.ts';
import type { Cli } from './cli.ts';
import { addDataSplitCommands } from './data-splits.commands.ts';
import { type Define, group } from './define.ts';
import { addCheckOptions, type CheckOptions, draftOf } from './expectation-options.ts';
import { jobResult } from './follow.ts';
import { parseDataRef } from './parse.ts';
import { count, numberWords, timeWords } from './terminal/words.ts';

/** `lathe data expect …` and `lathe data split …`. */
export function addDataCheckCommands(data: Command, define: Define): void {
  addExpectCommands(
    group(data, 'expect', 'What a data set has to meet: at import and before training'),
    define,
  );
  addDataSplitCommands(group(data, 'split', 'Named splits of a version into parts or folds'), define);
}

function addExpectCommands(expect: Command, define: Define): void {
  define<CheckOptions>(
    addCheckOptions(
      expect
        .command('add <name> <check>')
        .description(
          'add a check: schema, column, range, unique, values, pattern, missing, rows, classes, fresh, drift or sql',
        ),
    ),
    async (cli, [dataset, kind], options) => {
      const client = await cli.client();
      const added = await client.dataChecks.addExpectation({
        ...cli.inProject,
        dataset: dataset!,
        ...draftOf(kind!, options),
      });
      cli.print(added, () => `${dataset} now expects (${added.severity}): ${checkTitle(added.check)}.`);
    },
  );

  define(expect.command('list <name>').description('the checks of a data set'), async (cli, [dataset]) => {
    const set = await (await cli.client()).dataChecks.expectations({ ...cli.inProject, dataset: dataset! });
    cli.print(set, () =>
      draftTable(
        cli,
        set.expectations,
        `Nothing is expected. See what could be: lathe data expect suggest ${dataset}`,
      ),
    );
  });

  define(
    expect.command('remove <name> <id>').description('remove a check; its id or the beginning of it'),
    async (cli, [dataset, id]) => {
      const client = await cli.client();
      const inDataset = { ...cli.inProject, dataset: dataset! };
      const { expectations } = await client.dataChecks.expectations(inDataset);
      const removed = await client.dataChecks.removeExpectation({
        ...inDataset,
        id: idOf(expectations, id!),
      });
      cli.print(removed, () => `No longer expected: ${checkTitle(removed.check)}.`);
    },
  );

  define(
    expect
      .command('check <name[@version]>')
      .description('check a version now; exit code 1 where a blocking check fails'),
    async (cli, [ref]) => {
      const job = await (await cli.client()).dataChecks.check({ ...cli.inProject, ...parseDataRef(ref!) });
      const report = (await jobResult(cli, job)) as CheckReport;
      cli.print(report, () =>
        report.outcomes.length === 0 ? 'Nothing is expected of this data set.' : reportWords(report),
      );
      if (report.blocked) cli.exitCode = 1;
    },
  );

  define<{ add?: boolean }>(
    expect
      .command('suggest <name[@version]>')
      .description('checks that a version meets and the next ones should')
      .option('--add', 'add them all'),
    async (cli, [ref], { add }) => {
      const client = await cli.client();
      const named = { ...cli.inProject, ...parseDataRef(ref!) };
      const suggestions = await client.dataChecks.suggestExpectations(named);
      if (add) {
        for (const { severity, check } of suggestions)
          await client.dataChecks.addExpectation({
            ...cli.inProject,
            dataset: named.dataset,
            severity,
            check,
          });
      }
      cli.print(suggestions, () => {
        const table = cli.table(
          ['SEVERITY', { title: 'CHECK', whole: true }, 'BECAUSE'],
          suggestions.map(({ severity, check, reason }) => [severity, checkTitle(check), reason]),
          'Nothing can be suggested.',
        );
        return add ? `${table}\n${count(suggestions.length, 'check')} added.` : table;
      });
    },
  );

  define(
    expect.command('export <name> [file]').description('the checks as YAML, to a file or the terminal'),
    async (cli, [dataset, file]) => {
      const exported = await (await cli.client()).dataChecks.exportExpectations({
        ...cli.inProject,
        dataset: dataset!,
      });
      if (file === undefined) return cli.print(exported, () => exported.yaml);
      const target = cli.path(file);
      await fs.promises.writeFile(target, exported.yaml).catch((error: unknown) => {
        throw fromSystemError(error, target);
      });
      cli.print({ ...exported, path: target }, () => `Wrote ${target}.`);
    },
  );

  define<{ replace?: boolean }>(
    expect
      .command('import <name> <file>')
      .description('take checks from a YAML file')
      .option('--replace', 'in place of those that are there'),
    async (cli, [dataset, file], { replace }) => {
      const source = cli.path(file!);
      const yaml = await fs.promises.readFile(source, 'utf8').catch((error: unknown) => {
        throw fromSystemError(error, source);
      });
      const set = await (await cli.client()).dataChecks.importExpectations({
        ...cli.inProject,
        dataset: dataset!,
        yaml,
        replace: replace === true,
      });
      cli.print(set, () => `${dataset} has ${count(set.expectations.length, 'check')} now.`);
    },
  );

  define(
    expect.command('refused <name>').description('imports that blocking checks refused, newest first'),
    async (cli, [dataset]) => {
      const refused = await (await cli.client()).dataChecks.rejections({
        ...cli.inProject,
        dataset: dataset!,
      });
      cli.print(refused, () =>
        refused.length === 0
          ? 'No import was refused.'
          : refused.map((report) => `${timeWords(report.at)}\n${reportWords(report)}`).join('\n\n'),
      );
    },
  );
}

/** After an import: what did not pass but only warns. Nothing is printed where all did, and nothing of it is part of a JSON document. */
export async function printImportChecks(cli: Cli, version: DatasetVersion): Promise<void> {
  const client = await cli.client();
  const reports = await client.dataChecks.results({
    ...cli.inProject,
    dataset: version.datasetId,
    version: version.version,
  });
  const report = reports.find(({ trigger }) => trigger === 'import');
  if (report && report.failed > 0) cli.say(reportWords({ ...report, outcomes: unmet(report) }));
}

const unmet = ({ outcomes }: CheckReport) => outcomes.filter(({ state }) => state !== 'passed');

/** A line for each check, with examples of what does not fit below it. */
function reportWords(report: CheckReport): string {
  const marks = { block: '✗', warn: '!' };
  return report.outcomes
    .map(({ state, severity, title, message, examples }) => {
      const line = `${state === 'passed' ? '✓' : marks[severity]} ${title}: ${message}`;
      const shown = examples.map(({ row, cells }) => {
        const values = Object.entries(cells).map(
          ([name, cell]) => `${name} = ${cell === null ? 'nothing' : numberWords(cell)}`,
        );
        return `    ${row === null ? '' : `row ${row}: `}${values.join(', ')}`;
      });
      return [line, ...shown].join('\n');
    })
    .join('\n');
}

function draftTable(
  cli: Cli,
  expectations: readonly (ExpectationDraft & { id: string })[],
  empty: string,
): string {
  return cli.table(
    ['ID', 'SEVERITY', { title: 'CHECK', whole: true }],
    expectations.map(({ id, severity, check }) => [id.slice(-8), severity, checkTitle(check)]),
    empty,
  );
}

/** Ids begin alike, as they begin with the time: people name the end. */
function idOf(expectations: readonly Expectation[], typed: string): Expectation['id'] {
  const found = expectations.filter(({ id }) => id === typed || (typed.length >= 4 && id.endsWith(typed)));
  if (found.length === 1) return found[0]!.id;
  throw new AppError(
    'NOT_FOUND',
    found.length === 0 ? `There is no check ${typed}.` : `${found.length} checks end in ${typed}.`,
    {
      nextStep: 'Take the id from `lathe data expect list`.',
      details: { id: typed },
    },
  );
}
