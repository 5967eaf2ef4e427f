import { setImmediate as turn } from 'node:timers/promises';
import { RecordSpool } from './record-spool.ts';
import { bitsOfKey, compareKeys, orderByKey, type Records } from './sort-records.ts';

/** A partition of so many records is sorted in memory; a larger one is divided again. */
const SORTED_RECORDS = 400_000;
const MOST_PARTITION_BITS = 8;

export interface KeyedRowsOptions {
  /** For what does not fit the memory; made at need. */
  readonly folder: string;
  /** How many are expected, at most. */
  readonly rows: number;
  /** Words of a key. Keys have to be spread evenly: hashes of what is compared. */
  readonly keyWords: number;
  /** Words beside the key, of which only is told whether rows of one key differ in them. */
  readonly otherWords?: number;
}

/** Rows with one key: their numbers are `rows[from]` to `rows[to - 1]`. @param mixed whether their other words differ */
export type VisitRun = (rows: Uint32Array, from: number, to: number, mixed: boolean) => void;

/** Work with rows by their keys, which give back what they hold when it has ended. */
export async function withKeyedRows<T>(
  options: KeyedRowsOptions,
  work: (rows: KeyedRows) => Promise<T>,
): Promise<T> {
  const rows = new KeyedRows(options);
  try {
    return await work(rows);
  } finally {
    rows.close();
  }
}

/**
 * Brings rows with equal keys together, however many there are: it holds a few tens of MB, and spills the rest. Keys are divided by their
 * leading bits, so that the runs come in the order of the keys.
 */
export class KeyedRows {
  readonly #options: KeyedRowsOptions;
  readonly #skippedBits: number;
  readonly #bits: number;
  readonly #width: number;
  readonly #spool: RecordSpool;
  readonly #heads: (Head | undefined)[];

  /** @param skippedBits so many leading bits of all keys are the same */
  constructor(options: KeyedRowsOptions, skippedBits = 0) {
    const { folder, rows, keyWords, otherWords = 0 } = options;
    const wanted = Math.ceil(Math.log2(Math.max(1, rows / (SORTED_RECORDS / 2))));
    this.#options = options;
    this.#skippedBits = skippedBits;
    this.#bits = Math.min(Math.max(0, wanted), MOST_PARTITION_BITS);
    this.#width = 1 + keyWords + otherWords;
    this.#spool = new RecordSpool(folder, this.#width, 2 ** this.#bits);
    this.#heads = new Array(2 ** this.#bits);
  }

  /** @param record the row's number, the words of its key, the most significant first, and the others */
  add(record: Uint32Array): void {
    const partition = this.#partitionOf(record);
    const head = this.#heads[partition];
    if (!head) this.#heads[partition] = { record: record.slice(), alike: true, mixed: false };
    else if (head.alike) this.#compare(head, record);
    this.#spool.add(partition, record);
  }

  /** Go through the runs in the order of their keys. It may be done again. */
  async eachRun(visit: VisitRun, signal: AbortSignal): Promise<void> {
    for (let partition = 0; partition < this.#heads.length; partition++) {
      const head = this.#heads[partition];
      if (!head) continue;
      // The word to stop comes as a message, which needs a turn.
      await turn();
      signal.throwIfAborted();
      const count = this.#spool.count(partition);
      if (head.alike) visit(this.#rowsOf(partition), 0, count, head.mixed);
      else if (count > SORTED_RECORDS) await this.#divide(partition, visit, signal);
      else this.#visitSorted(partition, visit);
    }
  }

  close(): void {
    this.#spool.close();
  }

  #partitionOf(record: Uint32Array): number {
    if (this.#bits === 0) return 0;
    const { keyWords } = this.#options;
    return (
      bitsOfKey({ words: record, width: this.#width, keyWords }, 0, this.#skippedBits) >>> (32 - this.#bits)
    );
  }

  #compare(head: Head, record: Uint32Array): void {
    const { keyWords } = this.#options;
    for (let word = 1; word <= keyWords; word++) if (record[word] !== head.record[word]) head.alike = false;
    for (let word = keyWords + 1; word < this.#width; word++)
      if (record[word] !== head.record[word]) head.mixed = true;
  }

  #rowsOf(partition: number): Uint32Array {
    const rows = new Uint32Array(this.#spool.count(partition));
    let at = 0;
    for (const block of this.#spool.blocks(partition))
      for (let word = 0; word < block.length; word += this.#width) rows[at++] = block[word]!;
    return rows;
  }

  /** Rows of one key may be many more than are sorted at a time: all else is divided from them, bits for bits. */
  async #divide(partition: number, visit: VisitRun, signal: AbortSignal): Promise<void> {
    const rows = this.#spool.count(partition);
    const parts = new KeyedRows({ ...this.#options, rows }, this.#skippedBits + this.#bits);
    try {
      for (const block of this.#spool.blocks(partition))
        for (let word = 0; word < block.length; word += this.#width)
          parts.add(block.subarray(word, word + this.#width));
      await parts.eachRun(visit, signal);
    } finally {
      parts.close();
    }
  }

  #visitSorted(partition: number, visit: VisitRun): void {
    const { keyWords } = this.#options;
    const count = this.#spool.count(partition);
    const words = new Uint32Array(count * this.#width);
    let at = 0;
    for (const block of this.#spool.blocks(partition)) {
      words.set(block, at);
      at += block.length;
    }
    const records: Records = { words, width: this.#width, keyWords, count };
    const order = orderByKey(records, this.#skippedBits + this.#bits);
    const rows = order.map((index) => words[index * this.#width]!);
    for (let from = 0; from < count; ) {
      const first = order[from]!;
      let to = from + 1;
      let mixed = false;
      while (to < count && compareKeys(records, first, order[to]!) === 0) {
        mixed ||= this.#differ(words, first, order[to]!);
        to += 1;
      }
      visit(rows, from, to, mixed);
      from = to;
    }
  }

  #differ(words: Uint32Array, one: number, other: number): boolean {
    for (let word = this.#options.keyWords + 1; word < this.#width; word++)
      if (words[one * this.#width + word] !== words[other * this.#width + word]) return true;
    return false;
  }
}

/** Of a partition: its first record, and whether all others have its key and its other words. */
interface Head {
  readonly record: Uint32Array;
  alike: boolean;
  mixed: boolean;
}
