/** The cells of one line; quotes as in RFC 4180, within the line. */
export function cellsOf(line: string, delimiter: string): string[] {
  if (!line.includes('"')) return line.split(delimiter).map((cell) => cell.trim());
  const cells: string[] = [];
  let at = 0;
  while (at <= line.length) {
    while (line[at] === ' ') at += 1;
    if (line[at] === '"') {
      let cell = '';
      at += 1;
      while (at < line.length) {
        if (line[at] === '"' && line[at + 1] === '"') {
          cell += '"';
          at += 2;
        } else if (line[at] === '"') break;
        else cell += line[at++];
      }
      cells.push(cell.trim());
      const next = line.indexOf(delimiter, at);
      if (next < 0) return cells;
      at = next + 1;
    } else {
      const next = line.indexOf(delimiter, at);
      if (next < 0) {
        cells.push(line.slice(at).trim());
        return cells;
      }
      cells.push(line.slice(at, next).trim());
      at = next + 1;
    }
  }
  return cells;
}

/** Of comma, semicolon and tab the one that the first line has most of; a comma where it has none. */
export function delimiterOf(header: string): string {
  const counted = [',', ';', '\t'].map((each) => [each, header.split(each).length] as const);
  return counted.reduce((best, each) => (each[1] > best[1] ? each : best))[0];
}

const numberWords: ReadonlyMap<string, number> = new Map([
  ['nan', Number.NaN],
  ['inf', Number.POSITIVE_INFINITY],
  ['+inf', Number.POSITIVE_INFINITY],
  ['infinity', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
  ['-infinity', Number.NEGATIVE_INFINITY],
  ['true', 1],
  ['false', 0],
]);

/** The value of a cell of a log, or null for a text and an empty cell. */
export function numberOf(cell: string): number | null {
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(cell)) return Number(cell);
  return numberWords.get(cell.toLowerCase()) ?? null;
}
