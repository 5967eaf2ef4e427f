import { sniffDialect } from './csv-dialect.ts';
import { type RecordCounts, RecordScan } from './csv-records.ts';
import { LongDigits } from './long-digits.ts';
import { malformed } from './malformed.ts';
import { checkNames, emptyTable } from './table-names.ts';
import { type TextSource, textChunks } from './text-chunks.ts';

const SNIFF_BYTES = 256 * 1024;

export interface CsvScan extends Pick<RecordCounts, 'blankLinesAbove' | 'longestRecordBytes'> {
  readonly delimiter: string;
  readonly header: boolean;
  readonly columns: readonly string[];
  /** Records below the header. */
  readonly rows: number;
  /** Whether somewhere stand so many digits in a row that a whole number of them does not fit 64 bits. */
  readonly longDigits: boolean;
}

/**
 * Read a CSV once from end to end and refuse it at the first line that is not like the others, so that the loader
 * that follows cannot misread it and messages have exact lines.
 *
 * Accepted: comma, semicolon, tab and bar; quoted fields with newlines and doubled quotes; LF, CRLF, CR and mixed
 * line ends; blank lines (in a table of one column they are missing values); a UTF-8 byte order mark.
 *
 * @param delimiter where the extension says it; else it is guessed
 * @param onBytes told how many bytes each step read
 */
export async function scanCsv(
  source: TextSource,
  options: {
    readonly delimiter?: string;
    readonly signal: AbortSignal;
    readonly onBytes: (bytes: number) => void;
  },
): Promise<CsvScan> {
  const scan = new RecordScan(source.name);
  const held: Buffer[] = [];
  let heldBytes = 0;
  const digits = new LongDigits();
  let dialect: ReturnType<typeof sniffDialect> | undefined;
  const begin = () => {
    const sample = Buffer.concat(held).subarray(0, SNIFF_BYTES).toString('utf8');
    dialect = sniffDialect(sample, options.delimiter);
    scan.begin(dialect.delimiter);
    for (const chunk of held.splice(0)) scan.feed(chunk);
  };
  for await (const chunk of textChunks(source, options.signal)) {
    options.onBytes(chunk.length);
    heldBytes += chunk.length;
    digits.feed(chunk);
    if (dialect) scan.feed(chunk);
    else {
      held.push(Buffer.from(chunk));
      if (heldBytes >= SNIFF_BYTES) begin();
    }
  }
  if (!dialect) begin();
  const { records, fields, ...rest } = scan.end();
  const { delimiter, header, first } = dialect!;
  if (records === 0) throw emptyTable(source.name);
  const columns = header ? first : Array.from({ length: fields }, (_, index) => `column_${index + 1}`);
  checkNames(columns, source.name);
  const rows = header ? records - 1 : records;
  if (rows === 0) {
    throw malformed(source.name, 1, 'a header but no rows', 'Add at least one row below the header.');
  }
  return { delimiter, header, columns, rows, longDigits: digits.found, ...rest };
}
