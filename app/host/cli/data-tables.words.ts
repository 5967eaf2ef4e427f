import type {
  ClassBalance,
  DuplicateReport,
  TablePage,
  TableProfile,
} from '../../contract/data-tables.contract.ts';
import type { Cli } from './cli.ts';
import { count, numberWords } from './terminal/words.ts';

const right = (title: string) => ({ title, align: 'right' as const });

export function pageTable(cli: Cli, page: TablePage): string {
  const { columns, rows, totalRows, matchingRows, totalColumns } = page;
  const table = cli.table(
    columns.map(({ name, type }) =>
      type === 'integer' || type === 'number' ? right(name) : { title: name },
    ),
    rows.map((row) => row.map(numberWords)),
    'No rows there.',
  );
  const others =
    totalColumns > columns.length ? `, ${columns.length} of ${count(totalColumns, 'column')}` : '';
  return `${table}\n${rows.length} of ${count(Math.min(totalRows, matchingRows), 'row')}${others}`;
}

export function profileTable(cli: Cli, { columns }: TableProfile): string {
  return cli.table(
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
    columns.map(({ name, type, missing, distinct, exact, numeric, time, text, top }) => [
      name,
      type,
      String(missing),
      `${exact || distinct < 1000 ? '' : '~'}${distinct}`,
      time ? dayWords(time.firstMs) : numberWords(numeric?.min ?? text?.minLength),
      numberWords(numeric?.mean ?? text?.meanLength),
      numberWords(numeric?.quantiles.find(({ at }) => at === 0.5)?.value),
      time ? dayWords(time.lastMs) : numberWords(numeric?.max ?? text?.maxLength),
      numberWords(numeric?.std),
      top
        .slice(0, 3)
        .map(({ value }) => numberWords(value))
        .join(', '),
    ]),
    'This version has no columns.',
  );
}

const dayWords = (epochMs: number): string => new Date(epochMs).toISOString().slice(0, 10);

export function columnTable(cli: Cli, balance: ClassBalance): string {
  const { classes, column, distinct, imbalance, evenness, missing } = balance;
  const table = cli.table(
    [column, right('ROWS'), right('SHARE')],
    classes.map(({ value, count: rows, share }) => [
      numberWords(value),
      String(rows),
      `${(share * 100).toFixed(1)} %`,
    ]),
    'The column has no values.',
  );
  const facts = [
    count(distinct, 'value'),
    missing > 0 ? `${missing} missing` : '',
    imbalance === null ? '' : `largest to smallest ${numberWords(imbalance)}`,
    evenness === null ? '' : `evenness ${numberWords(evenness)}`,
  ];
  return `${table}\n${facts.filter(Boolean).join(' · ')}`;
}

export function duplicateWords(cli: Cli, { rows, exact, near, columns }: DuplicateReport): string {
  const shown = columns.slice(0, 4).map(({ name }) => name);
  const cells = (row: readonly unknown[]) => shown.map((_, at) => numberWords(row[at] as never));
  const lines = [
    exact.groups === 0
      ? `No equal rows among ${count(rows, 'row')}.`
      : `${count(exact.extraRows, 'row')} of ${rows.toLocaleString('en')} repeat another one, in ${count(exact.groups, 'group')}.`,
  ];
  if (exact.examples.length > 0) {
    lines.push(
      cli.table(
        [right('TIMES'), 'ROW NUMBERS', ...shown],
        exact.examples.map((group) => [
          String(group.count),
          group.rowNumbers.join(', '),
          ...cells(group.cells),
        ]),
        '',
      ),
    );
  }
  if (near) {
    const some = near.complete ? '' : ' at least';
    lines.push(
      '',
      `Near-duplicates:${some} ${count(near.pairs, 'pair')} of similarity ${near.threshold} or more, over ${count(near.affectedRows, 'row')} (${near.comparedRows.toLocaleString('en')} compared).`,
    );
    if (near.examples.length > 0) {
      lines.push(
        cli.table(
          ['SIMILARITY', right('ROW'), ...shown],
          near.examples.flatMap(({ similarity, rowNumbers, cells: both }) => [
            [numberWords(similarity), String(rowNumbers[0]), ...cells(both[0])],
            ['', String(rowNumbers[1]), ...cells(both[1])],
          ]),
          '',
        ),
      );
    }
  }
  return lines.join('\n');
}
