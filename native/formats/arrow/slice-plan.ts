import { DataType, DateUnit, IntervalUnit, Precision, type Schema } from 'apache-arrow';
import { BufferRegion, FieldNode, type RecordBatch } from 'apache-arrow/ipc/metadata/message';
import { type Change, MOST_INLINE_BYTES, VIEW_BYTES } from './slice-changes.ts';

/** Bytes [from, from + length) of the batch's body, which stand at `place` of the slice's. */
export interface Piece {
  readonly from: number;
  readonly length: number;
  readonly place: number;
  readonly change: Change;
}

/** A batch in a file: what its metadata says, and its body. */
export interface StoredBatch {
  readonly header: Pick<RecordBatch, 'length' | 'nodes' | 'buffers' | 'variadicBufferCounts'>;
  readonly bodyBytes: number;
  /** Bytes of the body. @param into where they go, if it is given; it has their length */
  read(offset: number, length: number, into?: Buffer): Promise<Buffer>;
  /** An error that names the file and the batch. */
  fault(reason: string, nextStep?: string): Error;
}

const LEAVE_OUT = 'Leave the column out, or write it as text or numbers.';
/** A body's parts begin at multiples of this. */
const ALIGNED_BYTES = 8;

/**
 * What a slice of a batch's rows is made of: the parts of its buffers, and its nodes and buffers as metadata names them. Only offsets and
 * views are read to make it.
 */
export class SlicePlan {
  readonly nodes: FieldNode[] = [];
  readonly buffers: BufferRegion[] = [];
  readonly pieces: Piece[] = [];
  sizeBytes = 0;
  readonly #batch: StoredBatch;
  #nextVariadic = 0;

  private constructor(batch: StoredBatch) {
    this.#batch = batch;
  }

  /** @throws the batch's `fault` where it does not hold these rows */
  static async make(batch: StoredBatch, schema: Schema, start: number, count: number): Promise<SlicePlan> {
    const plan = new SlicePlan(batch);
    for (const { type } of schema.fields) {
      // A column of other rows than its batch would be cut to fit.
      if (batch.header.nodes[plan.nodes.length]?.length !== batch.header.length)
        throw batch.fault('holds fewer rows than it promises');
      await plan.#column(type, start, count);
    }
    return plan;
  }

  async #column(type: DataType, start: number, count: number): Promise<void> {
    const stored = this.#batch.header.nodes[this.nodes.length];
    if (!stored || !(start >= 0 && count >= 0 && start + count <= stored.length))
      throw this.#batch.fault('holds fewer values than it promises');
    const node = new FieldNode(count, 0);
    this.nodes.push(node);
    if (DataType.isNull(type)) {
      node.nullCount = count;
      return;
    }
    if (DataType.isUnion(type)) throw this.#batch.fault(`holds ${type}, which cannot be read`, LEAVE_OUT);
    if (stored.nullCount > 0) this.#bits(start, count, node);
    else this.#empty();
    if (DataType.isStruct(type)) {
      for (const child of type.children) await this.#column(child.type, start, count);
    } else if (DataType.isFixedSizeList(type)) {
      await this.#column(type.children[0]!.type, start * type.listSize, count * type.listSize);
    } else if (DataType.isUtf8View(type) || DataType.isBinaryView(type)) {
      await this.#views(start, count);
    } else if (DataType.isBool(type)) {
      this.#bits(start, count, null);
    } else {
      const offsetBytes = offsetBytesOf(type);
      if (offsetBytes === null) this.#fixed(start, count, valueBytes(type));
      else {
        const [first, last] = await this.#offsets(start, count, offsetBytes);
        const child = type.children?.[0];
        if (child) await this.#column(child.type, first, last - first);
        else this.#fixed(first, last - first, 1);
      }
    }
  }

  #empty(): void {
    this.buffers.push(new BufferRegion(this.sizeBytes, 0));
  }

  /** Take bytes of the next buffer, counted from its beginning. */
  #take(from: number, length: number, change: Change = { kind: 'none' }): void {
    const at = this.#place(from, length);
    this.buffers.push(new BufferRegion(this.sizeBytes, length));
    if (length === 0) return;
    this.pieces.push({ from: at, length, place: this.sizeBytes, change });
    this.sizeBytes = Math.ceil((this.sizeBytes + length) / ALIGNED_BYTES) * ALIGNED_BYTES;
  }

  /** Where bytes of the next buffer, or one after it, stand in the body. */
  #place(from: number, length: number, after = 0): number {
    const stored = this.#batch.header.buffers[this.buffers.length + after];
    const holds =
      stored &&
      from >= 0 &&
      length >= 0 &&
      from + length <= stored.length &&
      stored.offset >= 0 &&
      stored.offset + stored.length <= this.#batch.bodyBytes;
    if (!holds) throw this.#batch.fault('holds fewer bytes than it promises');
    return stored.offset + from;
  }

  #fixed(start: number, count: number, bytesEach: number): void {
    this.#take(start * bytesEach, count * bytesEach);
  }

  #bits(start: number, count: number, node: FieldNode | null): void {
    const shift = start % 8;
    this.#take(Math.floor(start / 8), Math.ceil((shift + count) / 8), { kind: 'bits', shift, count, node });
  }

  /** @returns the first offset and the last */
  async #offsets(start: number, count: number, bytesEach: 4 | 8): Promise<[number, number]> {
    if (count === 0) {
      this.#empty();
      return [0, 0];
    }
    const offsetAt = async (index: number) => {
      const bytes = await this.#batch.read(this.#place(index * bytesEach, bytesEach), bytesEach);
      return bytesEach === 4 ? bytes.readInt32LE() : Number(bytes.readBigInt64LE());
    };
    const [first, last] = [await offsetAt(start), await offsetAt(start + count)];
    this.#take(start * bytesEach, (count + 1) * bytesEach, { kind: 'offsets', bytesEach, first });
    return [first, last];
  }

  async #views(start: number, count: number): Promise<void> {
    const buffers = this.#batch.header.variadicBufferCounts[this.#nextVariadic++] ?? 0;
    const length = count * VIEW_BYTES;
    const views = await this.#batch.read(this.#place(start * VIEW_BYTES, length), length);
    const firsts: number[] = Array(buffers).fill(Number.POSITIVE_INFINITY);
    const ends: number[] = Array(buffers).fill(0);
    for (let at = 0; at < length; at += VIEW_BYTES) {
      const textBytes = views.readInt32LE(at);
      if (textBytes <= MOST_INLINE_BYTES) continue;
      const [buffer, from] = [views.readInt32LE(at + 8), views.readInt32LE(at + 12)];
      if (!(buffer >= 0 && buffer < buffers) || from < 0)
        throw this.#batch.fault('holds fewer bytes than it promises');
      firsts[buffer] = Math.min(firsts[buffer]!, from);
      ends[buffer] = Math.max(ends[buffer]!, from + textBytes);
    }
    this.#take(start * VIEW_BYTES, length, { kind: 'views', firsts });
    for (const [index, end] of ends.entries()) {
      if (end === 0) this.#empty();
      else this.#take(firsts[index]!, end - firsts[index]!);
    }
  }
}

function offsetBytesOf(type: DataType): 4 | 8 | null {
  if (DataType.isLargeUtf8(type) || DataType.isLargeBinary(type) || DataType.isLargeList(type)) return 8;
  if (DataType.isUtf8(type) || DataType.isBinary(type) || DataType.isList(type) || DataType.isMap(type))
    return 4;
  return null;
}

function valueBytes(type: DataType): number {
  if (DataType.isDictionary(type)) return type.indices.bitWidth / 8;
  if (DataType.isInt(type) || DataType.isDecimal(type) || DataType.isTime(type)) return type.bitWidth / 8;
  if (DataType.isFloat(type)) {
    return { [Precision.HALF]: 2, [Precision.SINGLE]: 4, [Precision.DOUBLE]: 8 }[type.precision];
  }
  if (DataType.isFixedSizeBinary(type)) return type.byteWidth;
  if (DataType.isDate(type)) return type.unit === DateUnit.DAY ? 4 : 8;
  if (DataType.isInterval(type)) {
    const { YEAR_MONTH, DAY_TIME, MONTH_DAY_NANO } = IntervalUnit;
    return { [YEAR_MONTH]: 4, [DAY_TIME]: 8, [MONTH_DAY_NANO]: 16 }[type.unit];
  }
  // Instants and lengths of time.
  return 8;
}
