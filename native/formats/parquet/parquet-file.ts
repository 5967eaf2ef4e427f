import fs from 'node:fs';
import { constants, zstdCompressSync } from 'node:zlib';
import { fromSystemError } from '../../../app/kernel/app-error.ts';
import { releaseBytes } from '../../release-bytes.ts';
import { batchRows, type TableColumn, type TableValue, type ValueType } from '../table/table-values.ts';
import { ColumnBuffer, type ColumnPage, physical } from './column-buffer.ts';
import { EncodedStruct, ThriftStruct, thriftBytes } from './thrift-writer.ts';

/** A group of rows is in memory until it is written: at most so many cells, rows and bytes, whichever is reached first. */
const GROUP_CELLS = 4_000_000;
const GROUP_ROWS = 122_880;
const GROUP_BYTES = 48 * 1024 * 1024;

/** What is compressed is handed over in pieces of at most this. */
const PIECE_BYTES = 1024 * 1024;

const MAGIC = Buffer.from('PAR1');
const [PLAIN, LEVELS, ZSTD, OPTIONAL, DATA_PAGE] = [0, 3, 6, 1, 0];
const [UTF8, TIMESTAMP_MICROS] = [0, 10];

const physicalOf: Readonly<Record<ValueType, number>> = {
  int32: physical.int64,
  int64: physical.int64,
  time: physical.int64,
  double: physical.double,
  boolean: physical.boolean,
  text: physical.bytes,
};

/** One column of one group, as the file's end tells of it. */
interface Chunk extends Pick<ColumnPage, 'missing' | 'ends'> {
  readonly place: number;
  readonly plainBytes: number;
  readonly packedBytes: number;
}

/** What a column holds after all. */
export interface FinishedColumn extends TableColumn {
  readonly infinities: number;
}

/**
 * Writes a Parquet file from JavaScript, a group of rows at a time, so that its memory grows with neither rows nor columns: DuckDB needs
 * hundreds of kilobytes for each column of a table that is filled from outside. Whole numbers become 64 bits, NaN becomes missing.
 *
 * The format: https://parquet.apache.org/docs/file-format/ (version 1 data pages, PLAIN, zstd).
 */
export class ParquetFile {
  readonly #path: string;
  readonly #file: fs.promises.FileHandle;
  readonly #columns: readonly TableColumn[];
  readonly #buffers: readonly ColumnBuffer[];
  readonly #missing: number[];
  readonly #groups: { readonly rows: number; readonly chunks: readonly Chunk[] }[] = [];
  #groupRows = 0;
  #at = 0;
  rows = 0;

  private constructor(path: string, file: fs.promises.FileHandle, columns: readonly TableColumn[]) {
    this.#path = path;
    this.#file = file;
    this.#columns = columns;
    // The batch that fills a group goes into it whole.
    const mostRows = groupRows(columns.length) + batchRows(columns.length);
    this.#buffers = columns.map(({ type }) => new ColumnBuffer(type, mostRows));
    this.#missing = columns.map(() => 0);
  }

  /**
   * @param path a file that is there is replaced
   * @throws AppError DISK_FULL, here and while rows are added
   */
  static async create(path: string, columns: readonly TableColumn[]): Promise<ParquetFile> {
    const written = new ParquetFile(path, await fs.promises.open(path, 'w'), columns);
    await written.#write(MAGIC);
    return written;
  }

  /** @param values column by column, `count` of each, at most `batchRows` */
  async add(values: readonly (readonly TableValue[])[], count: number): Promise<void> {
    this.#buffers.forEach((buffer, index) => {
      buffer.add(values[index]!, count);
    });
    this.rows += count;
    this.#groupRows += count;
    const bytes = this.#buffers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    if (this.#groupRows >= groupRows(this.#columns.length) || bytes >= GROUP_BYTES) await this.#writeGroup();
  }

  /** Write what is left, and the file's end. A column of flags that holds none is one of texts: nothing says what it is. */
  async end(): Promise<FinishedColumn[]> {
    if (this.#groupRows > 0) await this.#writeGroup();
    const columns = this.#columns.map((column, index): FinishedColumn => {
      const empty = column.type === 'boolean' && this.#missing[index] === this.rows;
      return {
        name: column.name,
        type: empty ? 'text' : column.type,
        infinities: this.#buffers[index]!.infinities,
      };
    });
    const groups = this.#groups.map(
      ({ rows, chunks }) =>
        new EncodedStruct(
          new ThriftStruct(
            [1, chunks.map((chunk, index) => chunkOf(columns[index]!, chunk, rows))],
            [2, { i64: chunks.reduce((sum, { plainBytes }) => sum + plainBytes, 0) }],
            [3, { i64: rows }],
          ),
        ),
    );
    const footer = thriftBytes(
      new ThriftStruct(
        [1, { i32: 1 }],
        [2, [new ThriftStruct([4, 'table'], [5, { i32: columns.length }]), ...columns.map(schemaOf)]],
        [3, { i64: this.rows }],
        [4, groups],
        [6, 'Lathe'],
        // Least and greatest are told in the order of each type.
        [7, columns.map(() => new ThriftStruct([1, new ThriftStruct()]))],
      ),
    );
    const length = Buffer.alloc(4);
    length.writeUInt32LE(footer.length);
    await this.#write(Buffer.concat([footer, length, MAGIC]));
    return columns;
  }

  async #writeGroup(): Promise<void> {
    const chunks: Chunk[] = [];
    for (const [index, buffer] of this.#buffers.entries()) {
      const { bytes, missing, ends } = buffer.take();
      this.#missing[index]! += missing;
      const packed = zstdCompressSync(bytes, {
        chunkSize: Math.min(bytes.length + 1024, PIECE_BYTES),
        params: { [constants.ZSTD_c_compressionLevel]: 1 },
      });
      const header = pageHeader(bytes.length, packed.length, this.#groupRows);
      const [plainBytes, packedBytes] = [header.length + bytes.length, header.length + packed.length];
      chunks.push({ place: this.#at, plainBytes, packedBytes, missing, ends });
      await this.#write(header);
      await this.#write(packed);
      releaseBytes(packed);
    }
    this.#groups.push({ rows: this.#groupRows, chunks });
    this.#groupRows = 0;
  }

  async #write(bytes: Buffer): Promise<void> {
    try {
      for (let done = 0; done < bytes.length; ) {
        done += (await this.#file.write(bytes, done, bytes.length - done, this.#at + done)).bytesWritten;
      }
    } catch (error) {
      throw fromSystemError(error, this.#path);
    }
    this.#at += bytes.length;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

const groupRows = (columns: number): number =>
  Math.min(GROUP_ROWS, Math.ceil(GROUP_CELLS / Math.max(1, columns)));

function pageHeader(plainBytes: number, packedBytes: number, rows: number): Buffer {
  return thriftBytes(
    new ThriftStruct(
      [1, { i32: DATA_PAGE! }],
      [2, { i32: plainBytes }],
      [3, { i32: packedBytes }],
      [
        5,
        new ThriftStruct(
          [1, { i32: rows }],
          [2, { i32: PLAIN! }],
          [3, { i32: LEVELS! }],
          [4, { i32: LEVELS! }],
        ),
      ],
    ),
  );
}

function chunkOf(
  { name, type }: TableColumn,
  { place, plainBytes, packedBytes, missing, ends }: Chunk,
  rows: number,
): ThriftStruct {
  return new ThriftStruct(
    [2, { i64: place }],
    [
      3,
      new ThriftStruct(
        [1, { i32: physicalOf[type] }],
        [2, [{ i32: PLAIN! }, { i32: LEVELS! }]],
        [3, [name]],
        [4, { i32: ZSTD! }],
        [5, { i64: rows }],
        [6, { i64: plainBytes }],
        [7, { i64: packedBytes }],
        [9, { i64: place }],
        [12, new ThriftStruct([3, { i64: missing }], [5, endBytes(ends?.max)], [6, endBytes(ends?.min)])],
      ),
    ],
  );
}

/** A double or a whole number as the column has it. */
function endBytes(value: number | bigint | undefined): Buffer | undefined {
  if (value === undefined) return undefined;
  const bytes = Buffer.alloc(8);
  if (typeof value === 'number') bytes.writeDoubleLE(value);
  else bytes.writeBigInt64LE(value);
  return bytes;
}

function schemaOf({ name, type }: TableColumn): ThriftStruct {
  const none = new ThriftStruct();
  const meaning =
    type === 'text'
      ? ([UTF8!, new ThriftStruct([1, none])] as const)
      : type === 'time'
        ? ([
            TIMESTAMP_MICROS!,
            new ThriftStruct([8, new ThriftStruct([1, false], [2, new ThriftStruct([2, none])])]),
          ] as const)
        : null;
  return new ThriftStruct(
    [1, { i32: physicalOf[type] }],
    [3, { i32: OPTIONAL! }],
    [4, name],
    [6, meaning ? { i32: meaning[0] } : undefined],
    [10, meaning?.[1]],
  );
}
