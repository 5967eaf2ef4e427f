/** A table read from text: its head and its rows, each as long as the file has them. */
export interface DelimitedTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/**
 * Reads CSV or TSV with quotes as in RFC 4180. A last line without its end is left out when the text is only a part
 * of the file, since it may be cut.
 */
export function readDelimited(
  text: string,
  { delimiter = ',', whole = true }: { readonly delimiter?: string; readonly whole?: boolean } = {},
): DelimitedTable {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let quoted = false;
  let begun = false;
  for (let index = 0; index < text.length; index += 1) {
    const char = text.charAt(index);
    begun = true;
    if (quoted) {
      if (char !== '"') field += char;
      else if (text.charAt(index + 1) === '"') {
        field += '"';
        index += 1;
      } else quoted = false;
    } else if (char === '"' && field === '') quoted = true;
    else if (char === delimiter) {
      row.push(field);
      field = '';
    } else if (char === '\n') {
      row.push(field.replace(/\r$/, ''));
      rows.push(row);
      row = [];
      field = '';
      begun = false;
    } else field += char;
  }
  if (begun && whole) rows.push([...row, field]);
  const [head = [], ...rest] = rows;
  return { head, rows: rest };
}
