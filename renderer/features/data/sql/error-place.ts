/** The place that an error of a query names, as an offset into the query; null where it names none. */
export function errorPlace(message: string, query: string): number | null {
  const found = /LINE (\d+): ([^\n]*)\n( *)\^/.exec(message);
  if (!found) return null;
  const [, lineText = '', shown = '', blanks = ''] = found;
  const line = Number(lineText) - 1;
  const lines = query.split('\n');
  const written = lines[line];
  if (written === undefined) return null;
  // What is shown begins behind "LINE n: ", and is cut at its start, with dots, where the line is long.
  const column = blanks.length - `LINE ${lineText}: `.length;
  const isCut = shown.startsWith('...');
  const start = isCut ? written.indexOf(shown.slice(3).replace(/\.\.\.$/, '')) - 3 : 0;
  const at = start + column;
  if (column < 0 || at < 0 || at > written.length) return null;
  return lines.slice(0, line).reduce((sum, one) => sum + one.length + 1, 0) + at;
}
