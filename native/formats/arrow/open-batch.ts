import fs from 'node:fs';
import type { RecordBatch } from 'apache-arrow/ipc/metadata/message';
import { damaged } from '../files/damaged.ts';
import { FileBytes } from '../files/file-bytes.ts';
import { SLICE_BYTES } from './batch-slices.ts';
import type { StoredBatch } from './slice-plan.ts';
import { storedBuffers, unpackBuffers } from './unpack-buffers.ts';

/** Where the body of a message stands. */
export interface Body {
  readonly bytes: FileBytes;
  readonly at: number;
  readonly sizeBytes: number;
}

export interface BatchBody extends Body {
  /** The first batch of a file is 1. */
  readonly number: number;
}

export interface OpenBatch extends StoredBatch {
  close(): Promise<void>;
}

/** A compressed batch is a file on the disk before it is cut. */
const MOST_UNPACKED_BYTES = 16 * 1024 ** 3;

/**
 * A batch that is to be cut, or null if it is small. Of a compressed one, every buffer begins at the beginning only, so that the batch is unpacked
 * to a file, buffer after buffer, and cut there.
 *
 * @param scratchPath of that file, which is gone after `close`
 * @throws AppError DATA_MALFORMED for a batch that is damaged or unpacks to more than 16 GiB; DISK_FULL
 */
export async function openBatch(
  body: BatchBody,
  header: RecordBatch,
  scratchPath: string,
  signal: AbortSignal | undefined,
): Promise<OpenBatch | null> {
  if (header.compression === null) {
    if (body.sizeBytes <= SLICE_BYTES) return null;
    return { ...cut(body, header, body), close: async () => {} };
  }
  const stored = await storedBuffers(body, header.buffers);
  const sizeBytes = stored.reduce((sum, buffer) => sum + buffer.unpackedBytes, 0);
  if (Math.max(sizeBytes, body.sizeBytes) <= 2 * SLICE_BYTES) return null;
  if (sizeBytes > MOST_UNPACKED_BYTES) {
    throw damaged(
      body.bytes.name,
      body.at,
      `its batch ${body.number} unpacks to ${sizeBytes} bytes, and at most ${MOST_UNPACKED_BYTES} can be read`,
      'Write the file with smaller batches of rows (pyarrow: write_table(table, max_chunksize=65536)), or without compression.',
    );
  }
  try {
    const buffers = await unpackBuffers(body, stored, header.compression.type, scratchPath, signal);
    const bytes = await FileBytes.open({ path: scratchPath, name: body.bytes.name });
    const { length, nodes, variadicBufferCounts } = header;
    return {
      ...cut(
        body,
        { length, nodes, buffers, variadicBufferCounts },
        { bytes, at: 0, sizeBytes: bytes.sizeBytes },
      ),
      async close() {
        await bytes.close();
        await fs.promises.rm(scratchPath, { force: true });
      },
    };
  } catch (error) {
    await fs.promises.rm(scratchPath, { force: true });
    throw error;
  }
}

function cut(body: BatchBody, header: StoredBatch['header'], { bytes, at, sizeBytes }: Body): StoredBatch {
  const { name } = body.bytes;
  return {
    header,
    bodyBytes: sizeBytes,
    read: (offset, length, into) => bytes.read(at + offset, length, into),
    fault: (reason, nextStep) => damaged(name, body.at, `its batch ${body.number} ${reason}`, nextStep),
  };
}
