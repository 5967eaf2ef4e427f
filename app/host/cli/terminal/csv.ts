export type CsvValue = string | number | boolean | null | undefined;

/** RFC 4180 text with `\n` line ends: a header and a line for each row; what is missing is empty. */
export function csvText(header: readonly string[], rows: Iterable<readonly CsvValue[]>): string {
  const lines = [line(header)];
  for (const row of rows) lines.push(line(row));
  return `${lines.join('\n')}\n`;
}

const line = (values: readonly CsvValue[]): string => values.map(field).join(',');

function field(value: CsvValue): string {
  if (value === null || value === undefined) return '';
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
