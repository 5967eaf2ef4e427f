import { Message, type Schema } from 'apache-arrow';
import { damaged } from '../files/damaged.ts';
import type { FileBytes } from '../files/file-bytes.ts';
import { batchSlices } from './batch-slices.ts';
import { checkMetadata } from './check-metadata.ts';
import { type Body, openBatch } from './open-batch.ts';

const CONTINUES = 0xffffffff;
/** Marker and length of the metadata. */
const HEAD_BYTES = 8;
const MOST_METADATA_BYTES = 64 * 1024 * 1024;
/** Of dictionaries, which stay in memory. */
const MOST_WHOLE_BYTES = 1024 * 1024 * 1024;

/**
 * The messages of an Arrow file or stream, one at a time: marker, length, metadata and body. A file is a stream between two magic words with an index at its
 * end, so both are read from the front. Lengths are checked here, because the library's own readers wait without end for
 * bytes that a damaged length promises. A batch of rows that is large comes as several smaller ones.
 *
 * @param scratchPath where a compressed batch may be unpacked; nothing stays there
 * @throws AppError DATA_MALFORMED naming the byte, DISK_FULL
 */
export async function* arrowMessages(
  bytes: FileBytes,
  scratchPath: string,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const head = (await bytes.head(0, 8)).toString('latin1');
  if (head.startsWith('FEA1')) {
    throw damaged(
      bytes.name,
      0,
      'this is version 1 of Feather, which was given up in 2020',
      'Write it again: pyarrow.feather.write_feather(pyarrow.feather.read_table(path), path, version=2).',
    );
  }
  let at = head === 'ARROW1\0\0' ? 8 : 0;
  let schema: Schema | null = null;
  let batches = 0;
  for (let count = 0; ; count++) {
    signal?.throwIfAborted();
    if (at === bytes.sizeBytes && count > 0 && head !== 'ARROW1\0\0') return;
    const prefix = await bytes.read(at, HEAD_BYTES);
    if (prefix.readUInt32LE(0) !== CONTINUES) {
      throw damaged(bytes.name, at, count === 0 ? 'this is no Arrow file' : 'a message must begin here');
    }
    const length = prefix.readInt32LE(4);
    if (length === 0) return;
    if (length < 8 || length > MOST_METADATA_BYTES)
      throw damaged(bytes.name, at + 4, `a message of ${length} bytes cannot be`);
    const metadata = await bytes.read(at + HEAD_BYTES, length);
    const message = decoded(bytes, metadata, at);
    const bodyAt = at + HEAD_BYTES + length;
    const body = { bytes, at: bodyAt, sizeBytes: message.bodyLength };
    if (message.isSchema()) schema = message.header();
    const batch =
      schema && message.isRecordBatch()
        ? await openBatch({ ...body, number: ++batches }, message.header(), scratchPath, signal)
        : null;
    try {
      if (batch && schema) yield* batchSlices(batch, schema, signal);
      else yield* whole(body, prefix, metadata);
    } finally {
      await batch?.close();
    }
    at = bodyAt + message.bodyLength;
  }
}

async function* whole({ bytes, at, sizeBytes }: Body, prefix: Buffer, metadata: Buffer) {
  if (sizeBytes > MOST_WHOLE_BYTES) {
    throw damaged(
      bytes.name,
      at,
      `a dictionary of ${sizeBytes} bytes is too large`,
      'Write the column as plain texts.',
    );
  }
  yield Buffer.concat([prefix, metadata]);
  // Small ones too are not from the pool: a batch's memory is released when its rows are written.
  yield await bytes.read(at, sizeBytes, Buffer.allocUnsafeSlow(sizeBytes));
}

function decoded(bytes: FileBytes, metadata: Buffer, at: number): Message {
  try {
    checkMetadata(metadata);
    const message = Message.decode(metadata);
    if (Number.isSafeInteger(message.bodyLength) && message.bodyLength >= 0) return message;
  } catch {
    // What a message that is damaged makes of the library's reader says nothing about the file.
  }
  throw damaged(bytes.name, at + HEAD_BYTES, 'a message is damaged');
}
