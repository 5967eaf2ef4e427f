import { malformed } from './malformed.ts';

export function emptyTable(name: string) {
  return malformed(
    name,
    null,
    'the file is empty',
    'Import a file that holds a header and at least one row.',
  );
}

/** Refuse names that are missing or stand twice. Letters' case does not tell names apart: SQL would mix them up. */
export function checkNames(columns: readonly string[], name: string): void {
  const seen = new Map<string, string>();
  columns.forEach((column, index) => {
    if (column === '') {
      throw malformed(
        name,
        1,
        `column ${index + 1} of ${columns.length} has no name`,
        `Give column ${index + 1} a name in the header, or remove it (a row index without a name is a common case).`,
      );
    }
    const key = column.toLowerCase();
    const other = seen.get(key);
    if (other !== undefined) {
      const reason =
        other === column
          ? `the column name "${column}" stands twice`
          : `the column names "${other}" and "${column}" differ only in capitals`;
      throw malformed(name, 1, reason, 'Rename one of the two columns in the header.');
    }
    seen.set(key, column);
  });
}
