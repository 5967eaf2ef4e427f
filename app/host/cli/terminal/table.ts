export interface TableColumn {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Never shortened: ids and paths that people copy. */
  readonly whole?: boolean;
}

const gap = '  ';
const leastWidth = 6;

/** What a terminal would obey instead of show: values come from files and other people. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about
const controls = /[\u0000-\u001f\u007f-\u009f]+/g;

/**
 * A table aligned to the terminal: where it is too wide, the widest columns are shortened with an ellipsis.
 *
 * @param width columns of the terminal; Infinity shortens nothing
 * @returns lines without trailing spaces, the last one without a line break
 */
export function renderTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  width = Number.POSITIVE_INFINITY,
): string {
  const cells = [columns.map(({ title }) => title), ...rows].map((row) =>
    row.map((cell) => [...cell.replace(controls, ' ')]),
  );
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => row[index]?.length ?? 0)));
  const total = () => widths.reduce((sum, each) => sum + each, gap.length * (widths.length - 1));
  while (total() > width) {
    const candidates = widths.map((each, index) => (columns[index]?.whole ? 0 : each));
    const widest = candidates.indexOf(Math.max(...candidates));
    if (candidates[widest]! <= leastWidth) break;
    widths[widest] = widths[widest]! - 1;
  }
  return cells
    .map((row) =>
      columns
        .map(({ align }, index) => {
          const room = widths[index]!;
          const cell = row[index] ?? [];
          const text = cell.length > room ? `${cell.slice(0, room - 1).join('')}…` : cell.join('');
          const pad = ' '.repeat(Math.max(0, room - [...text].length));
          return align === 'right' ? pad + text : text + pad;
        })
        .join(gap)
        .trimEnd(),
    )
    .join('\n');
}
