const delimiters = [',', ';', '\t', '|'] as const;
const SAMPLE_RECORDS = 200;

export interface CsvDialect {
  readonly delimiter: string;
  /** Whether the first record names the columns. */
  readonly header: boolean;
  /** The first record as it stands, trimmed. */
  readonly first: readonly string[];
}

/**
 * Guess how a CSV is written from its beginning: the delimiter that divides most records into as many fields as the
 * first, more fields winning a tie, and whether the first record is a header. It is taken for data only if at least
 * one of its fields is a number and every field is of the kind that the records below have in its place.
 *
 * @param text the file's beginning; a record cut off at its end is ignored unless it is the only one
 * @param known the delimiter, where the extension says it
 */
export function sniffDialect(text: string, known?: string): CsvDialect {
  let best = { delimiter: known ?? ',', score: -1, records: parseRecords(text, known ?? ',') };
  for (const delimiter of known === undefined ? delimiters : []) {
    const records = parseRecords(text, delimiter);
    const fields = records[0]?.length ?? 0;
    if (fields < 2) continue;
    const alike = records.filter((record) => record.length === fields).length / records.length;
    const score = alike + Math.min(fields, 1000) / 10_000;
    if (score > best.score) best = { delimiter, score, records };
  }
  const [first = [], ...rest] = best.records;
  return {
    delimiter: best.delimiter,
    header: !isData(first, rest),
    first: first.map((field) => field.trim()),
  };
}

type FieldKind = 'empty' | 'number' | 'text';

function kindOf(field: string): FieldKind {
  const trimmed = field.trim();
  if (trimmed === '') return 'empty';
  return Number.isFinite(Number(trimmed)) ? 'number' : 'text';
}

function isData(first: readonly string[], rest: readonly (readonly string[])[]): boolean {
  const kinds = first.map(kindOf);
  if (!kinds.includes('number')) return false;
  return kinds.every((kind, index) => {
    const below = rest.map((record) => kindOf(record[index] ?? '')).filter((other) => other !== 'empty');
    if (below.length === 0 || kind === 'empty') return true;
    const mostlyNumbers = below.filter((other) => other === 'number').length * 2 > below.length;
    return (kind === 'number') === mostlyNumbers;
  });
}

/** Records of RFC 4180 text, at most SAMPLE_RECORDS; blank lines are left out. */
function parseRecords(text: string, delimiter: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let field = '';
  let quoted = false;
  const endRecord = () => {
    record.push(field);
    field = '';
    if (record.length > 1 || record[0] !== '') records.push(record);
    record = [];
  };
  for (let at = 0; at < text.length && records.length < SAMPLE_RECORDS; at++) {
    const char = text[at]!;
    if (quoted) {
      if (char !== '"') field += char;
      else if (text[at + 1] === '"') field += text[++at];
      else quoted = false;
    } else if (char === '"' && field === '') quoted = true;
    else if (char === delimiter) {
      record.push(field);
      field = '';
    } else if (char === '\n' || char === '\r') {
      if (char === '\r' && text[at + 1] === '\n') at += 1;
      endRecord();
    } else field += char;
  }
  if (records.length === 0 && (field !== '' || record.length > 0)) endRecord();
  return records;
}
