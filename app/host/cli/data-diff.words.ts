import type { TableDiff, TableRef } from '../../contract/data-tables.contract.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Cli } from './cli.ts';
import { looked } from './data-tables.commands.ts';
import { numberWords } from './terminal/words.ts';

const SHOWN_DRIFTS = 20;
const SHOWN_ROWS = 10;

/** `data diff --table`: what differs between two tables. @param key columns that name a row; empty compares rows by content */
export async function diffTables(
  cli: Cli,
  before: TableRef,
  after: TableRef,
  key: readonly string[],
): Promise<void> {
  const client = await cli.client();
  const asked = { ...cli.inProject, before, after, ...(key.length > 0 && { key: [...key] }) };
  const diff = await looked(cli, () => client.dataTables.diff(asked));
  cli.print(diff, () => diffWords(cli, diff));
}

/** The two tables that `diff FIRST [SECOND]` names: without a second one the version before is compared with the first. */
export async function comparedTables(
  cli: Cli,
  first: TableRef,
  second: TableRef | null,
): Promise<[before: TableRef, after: TableRef]> {
  if (second) return [first, second];
  const client = await cli.client();
  const named = await client.datasets.version({ ...cli.inProject, ...first });
  const versions = await client.datasets.versions({ ...cli.inProject, dataset: first.dataset });
  const before = versions.find(({ version }) => version < named.version);
  if (!before) {
    throw new AppError('NOT_FOUND', `${named.datasetName}@${named.version} has no version before it.`, {
      nextStep: 'Name two versions: lathe data diff FIRST SECOND --table.',
    });
  }
  return [
    { dataset: first.dataset, version: before.version },
    { dataset: first.dataset, version: named.version },
  ];
}

function diffWords(cli: Cli, { schema, rows, drift }: TableDiff): string {
  const number = (value: number) => value.toLocaleString('en');
  const parts = [
    ...schema.added.map(({ name, type }) => `column added: ${name} (${type})`),
    ...schema.removed.map(({ name, type }) => `column removed: ${name} (${type})`),
    ...schema.retyped.map(({ name, before, after }) => `column ${name}: ${before} → ${after}`),
    ...(schema.reordered ? ['columns stand in another order'] : []),
    `rows: ${number(rows.before)} → ${number(rows.after)}; ${number(rows.added)} added, ${number(rows.removed)} removed${
      rows.by === 'key' ? `, ${number(rows.changed)} changed` : ''
    }, ${number(rows.unchanged)} unchanged (by ${rows.by === 'key' ? `key ${rows.key.join(', ')}` : 'content'})`,
  ];
  if (rows.changedExamples.length > 0) {
    parts.push(
      '',
      cli.table(
        [rows.key.join(', '), 'COLUMN', 'BEFORE', 'AFTER'],
        rows.changedExamples
          .slice(0, SHOWN_ROWS)
          .flatMap(({ key, changes }) =>
            changes.map(({ column, before, after }) => [
              key.map(numberWords).join(', '),
              column,
              numberWords(before),
              numberWords(after),
            ]),
          ),
        '',
      ),
    );
  }
  parts.push(
    '',
    cli.table(
      [
        'DRIFT',
        { title: 'PSI', align: 'right' },
        '',
        { title: 'KS D', align: 'right' },
        { title: 'CHI²', align: 'right' },
        { title: 'P', align: 'right' },
      ],
      drift
        .slice(0, SHOWN_DRIFTS)
        .map(({ column, psi, level, ks, chiSquared }) => [
          column,
          numberWords(psi),
          level,
          numberWords(ks?.d),
          numberWords(chiSquared?.statistic),
          numberWords(ks?.pValue ?? chiSquared?.pValue),
        ]),
      'No column is in both versions.',
    ),
  );
  return parts.join('\n');
}
