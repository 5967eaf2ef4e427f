import { Message } from 'apache-arrow';
import { damaged } from '../files/damaged.ts';
import type { FileBytes } from '../files/file-bytes.ts';
import { checkMetadata } from './check-metadata.ts';

const CONTINUES = 0xffffffff;
const MOST_METADATA_BYTES = 64 * 1024 * 1024;
const MOST_BODY_BYTES = 1024 * 1024 * 1024;

/**
 * The messages of an Arrow file or stream, one at a time: marker, length, metadata and body. A file is a stream between two magic words with an index at its
 * end, so both are read from the front. Lengths are checked here, because the library's own readers wait without end for
 * bytes that a damaged length promises.
 *
 * @throws AppError DATA_MALFORMED naming the byte
 */
export async function* arrowMessages(bytes: FileBytes, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const head = (await bytes.head(0, 8)).toString('latin1');
  if (head.startsWith('FEA1')) {
    throw damaged(
      bytes.name,
      0,
      'this is version 1 of Feather, which was given up in 2020',
      'Write it again: pandas.read_feather(path).to_feather(path).',
    );
  }
  let at = head === 'ARROW1\0\0' ? 8 : 0;
  for (let count = 0; ; count++) {
    signal?.throwIfAborted();
    if (at === bytes.sizeBytes && count > 0 && head !== 'ARROW1\0\0') return;
    const prefix = await bytes.read(at, 8);
    if (prefix.readUInt32LE(0) !== CONTINUES) {
      throw damaged(bytes.name, at, count === 0 ? 'this is no Arrow file' : 'a message must begin here');
    }
    const length = prefix.readInt32LE(4);
    if (length === 0) return;
    if (length < 8 || length > MOST_METADATA_BYTES)
      throw damaged(bytes.name, at + 4, `a message of ${length} bytes cannot be`);
    const metadata = await bytes.read(at + 8, length);
    const bodyBytes = bodyLength(bytes, metadata, at);
    const body = await bytes.read(at + 8 + length, bodyBytes);
    yield Buffer.concat([prefix, metadata, body]);
    at += 8 + length + bodyBytes;
  }
}

function bodyLength(bytes: FileBytes, metadata: Buffer, at: number): number {
  let length: number;
  try {
    checkMetadata(metadata);
    length = Number(Message.decode(metadata).bodyLength);
  } catch {
    throw damaged(bytes.name, at + 8, 'a message is damaged');
  }
  if (!Number.isSafeInteger(length) || length < 0) throw damaged(bytes.name, at + 8, 'a message is damaged');
  if (length > MOST_BODY_BYTES) {
    throw damaged(
      bytes.name,
      at + 8,
      `a batch of ${length} bytes is too large`,
      'Write the file with smaller batches of rows.',
    );
  }
  return length;
}
