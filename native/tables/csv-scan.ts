import { sniffDialect } from './csv-dialect.ts';
import { malformed } from './malformed.ts';
import { type TextSource, textChunks } from './text-chunks.ts';

const SNIFF_BYTES = 256 * 1024;
const MAX_RECORD_BYTES = 64 * 1024 * 1024;
const LONG_DIGITS = /[0-9]{19}/;
const [QUOTE, LF, CR, SPACE] = [0x22, 0x0a, 0x0d, 0x20];
/** Where in a field the scan stands. */
const [START, PLAIN, QUOTED, CLOSED] = [0, 1, 2, 3];

export interface CsvScan {
  readonly delimiter: string;
  readonly header: boolean;
  /** Blank lines above the first record. */
  readonly blankLinesAbove: number;
  readonly columns: readonly string[];
  /** Records below the header. */
  readonly rows: number;
  readonly longestRecordBytes: number;
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
  let longDigits = false;
  let digitsBefore = '';
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
    if (!longDigits) {
      const characters = digitsBefore + chunk.toString('latin1');
      longDigits = LONG_DIGITS.test(characters);
      digitsBefore = characters.slice(-18);
    }
    if (dialect) scan.feed(chunk);
    else {
      held.push(chunk);
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
  return { delimiter, header, columns, rows, longDigits, ...rest };
}

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

/** Counts fields record by record over pieces of bytes. */
class RecordScan {
  readonly #name: string;
  #delimiter = 0;
  #line = 1;
  #recordLine = 1;
  #recordBytes = 0;
  #longestRecordBytes = 0;
  #fields = 0;
  #expected = 0;
  #records = 0;
  /** Blank lines since the last record; missing values if the table turns out to have one column. */
  #blanks = 0;
  #blankLinesAbove = 0;
  #state = START;
  #afterCr = false;

  constructor(name: string) {
    this.#name = name;
  }

  begin(delimiter: string): void {
    this.#delimiter = delimiter.charCodeAt(0);
  }

  feed(bytes: Buffer): void {
    const delimiter = this.#delimiter;
    // Held in locals: this loop sees every byte of every import.
    let state = this.#state;
    let fields = this.#fields;
    let recordStart = -this.#recordBytes;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (byte > QUOTE && byte !== delimiter) {
        if (state === START) state = PLAIN;
        else if (state === CLOSED) throw this.#textAfterQuote();
      } else if (byte === LF || byte === CR) {
        if (byte === LF && at > 0 ? bytes[at - 1] === CR : byte === LF && this.#afterCr) {
          if (state !== QUOTED) recordStart = at + 1;
          continue;
        }
        this.#line += 1;
        if (state === QUOTED) continue;
        this.#endRecord(fields, state, at + 1 - recordStart);
        recordStart = at + 1;
        fields = 0;
        state = START;
      } else if (state === QUOTED) {
        if (byte === QUOTE) state = CLOSED;
      } else if (byte === delimiter) {
        fields += 1;
        state = START;
      } else if (byte === QUOTE) {
        if (state !== PLAIN) state = QUOTED;
      } else if (state === START) state = PLAIN;
      else if (state === CLOSED && byte !== SPACE) throw this.#textAfterQuote();
    }
    this.#afterCr = bytes.at(-1) === CR;
    this.#state = state;
    this.#fields = fields;
    this.#recordBytes = bytes.length - recordStart;
    if (this.#recordBytes > MAX_RECORD_BYTES) throw this.#tooLong();
  }

  end(): Pick<CsvScan, 'longestRecordBytes' | 'blankLinesAbove'> & { records: number; fields: number } {
    if (this.#state === QUOTED) {
      throw malformed(
        this.#name,
        this.#recordLine,
        'a quoted field that begins in this record is never closed',
        'Close the quote, or double it ("") if it is part of the text.',
      );
    }
    if (this.#recordBytes > 0) this.#endRecord(this.#fields, this.#state, this.#recordBytes);
    return {
      records: this.#records,
      fields: this.#expected,
      longestRecordBytes: this.#longestRecordBytes,
      blankLinesAbove: this.#blankLinesAbove,
    };
  }

  #endRecord(delimiters: number, state: number, bytes: number): void {
    const blank = delimiters === 0 && state === START;
    if (blank) {
      if (this.#records > 0) this.#blanks += 1;
      else this.#blankLinesAbove += 1;
    } else {
      const fields = delimiters + 1;
      if (this.#expected === 0) this.#expected = fields;
      else if (fields !== this.#expected) throw this.#ragged(fields);
      this.#records += 1 + (this.#expected === 1 ? this.#blanks : 0);
      this.#blanks = 0;
    }
    this.#longestRecordBytes = Math.max(this.#longestRecordBytes, bytes);
    this.#recordLine = this.#line;
  }

  #ragged(fields: number) {
    return malformed(
      this.#name,
      this.#recordLine,
      `${fields} ${fields === 1 ? 'field' : 'fields'} where the first line has ${this.#expected}`,
      fields > this.#expected
        ? 'Put text that holds the delimiter in double quotes, or remove the extra fields.'
        : 'Add the missing fields (they may be empty), or remove the line.',
    );
  }

  #textAfterQuote() {
    return malformed(
      this.#name,
      this.#line,
      'text follows the closing quote of a field',
      'Double every quote ("") that is part of a quoted text.',
    );
  }

  #tooLong() {
    return malformed(
      this.#name,
      this.#recordLine,
      `a record longer than ${MAX_RECORD_BYTES / 1024 / 1024} MiB`,
      'Look for a quote that is never closed, or keep such large values in files of their own.',
    );
  }
}
