import { malformed } from './malformed.ts';

const MAX_RECORD_BYTES = 64 * 1024 * 1024;
const [QUOTE, LF, CR, SPACE] = [0x22, 0x0a, 0x0d, 0x20];
/** Where in a field the scan stands. */
const [START, PLAIN, QUOTED, CLOSED] = [0, 1, 2, 3];

/** What the records of a whole file have in common. */
export interface RecordCounts {
  readonly records: number;
  readonly fields: number;
  readonly longestRecordBytes: number;
  /** Blank lines above the first record. */
  readonly blankLinesAbove: number;
}

/** Counts fields record by record over pieces of bytes. */
export class RecordScan {
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

  end(): RecordCounts {
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
