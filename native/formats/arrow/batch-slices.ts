import { Message, type Schema } from 'apache-arrow';
import { RecordBatch } from 'apache-arrow/ipc/metadata/message';
import { batchRows } from '../table/table-values.ts';
import { applyChange } from './slice-changes.ts';
import { SlicePlan, type StoredBatch } from './slice-plan.ts';

/** Bodies of at most this are in memory whole; larger ones are cut into slices of about it. */
export const SLICE_BYTES = 16 * 1024 * 1024;
/** One row may need more than a slice, a column of long texts for example. */
const MOST_ROW_BYTES = 256 * 1024 * 1024;
/** Rows that need no bytes, a column of nothing for example, are believed up to this number. */
const MOST_ROWS_WITHOUT_BYTES = 100_000_000;
const CONTINUES = 0xffffffff;
const HEAD_BYTES = 8;

/**
 * A batch of a file as messages of smaller batches with its rows, in their order: what is read is what a slice needs.
 *
 * @throws AppError DATA_MALFORMED for rows that the batch does not hold, and for a row that is too large
 */
export async function* batchSlices(
  batch: StoredBatch,
  schema: Schema,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const rows = batch.header.length;
  if (rows > Math.max(MOST_ROWS_WITHOUT_BYTES, batch.bodyBytes * 8))
    throw batch.fault('holds fewer rows than it promises');
  const step = batchRows(schema.fields.length);
  // Rows are handed over by the step: a slice of half a step would make small batches of the table.
  const inSteps = (count: number) => (count > step ? count - (count % step) : Math.max(1, count));
  let count = inSteps(Math.floor((rows / batch.bodyBytes) * SLICE_BYTES));
  for (let start = 0; start < rows; ) {
    signal?.throwIfAborted();
    count = Math.min(count, rows - start);
    const plan = await SlicePlan.make(batch, schema, start, count);
    // Rows differ: texts may be long in one part of the batch and short in another.
    if (plan.sizeBytes > 2 * SLICE_BYTES && count > 1) {
      count = inSteps(Math.floor(count / 2));
      continue;
    }
    if (plan.sizeBytes > MOST_ROW_BYTES) {
      throw batch.fault(
        `holds ${plan.sizeBytes} bytes in its row ${start + 1}, and at most ${MOST_ROW_BYTES} can be read`,
        'Leave the longest values out, or keep them in files of their own.',
      );
    }
    const body = await bodyOf(batch, plan);
    yield headOf(batch, plan, count);
    yield body;
    start += count;
    if (plan.sizeBytes < SLICE_BYTES / 2) count *= 2;
  }
}

/** The plan's nodes know afterwards how many values are missing. */
async function bodyOf(batch: StoredBatch, { pieces, sizeBytes }: SlicePlan): Promise<Buffer> {
  // Small ones too are not from the pool: a batch's memory is released when its rows are written.
  const body = Buffer.allocUnsafeSlow(sizeBytes);
  for (const { from, length, place, change } of pieces) {
    const bytes = body.subarray(place, place + length);
    await batch.read(from, length, bytes);
    applyChange(bytes, change);
  }
  return body;
}

/** Marker, length and metadata of a message. */
function headOf(batch: StoredBatch, { nodes, buffers, sizeBytes }: SlicePlan, count: number): Buffer {
  const header = new RecordBatch(count, nodes, buffers, null, batch.header.variadicBufferCounts);
  const metadata = Message.encode(Message.from(header, sizeBytes));
  const head = Buffer.alloc(HEAD_BYTES + Math.ceil(metadata.length / HEAD_BYTES) * HEAD_BYTES);
  head.writeUInt32LE(CONTINUES, 0);
  head.writeInt32LE(head.length - HEAD_BYTES, 4);
  head.set(metadata, HEAD_BYTES);
  return head;
}
