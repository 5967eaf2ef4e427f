import fs from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createZstdDecompress } from 'node:zlib';
import { CompressionType } from 'apache-arrow';
import { BufferRegion } from 'apache-arrow/ipc/metadata/message';
import { fromSystemError } from '../../../app/kernel/app-error.ts';
import { damaged } from '../files/damaged.ts';
import type { FileBytes } from '../files/file-bytes.ts';
import { lz4Pieces } from './lz4-pieces.ts';
import type { Body } from './open-batch.ts';

/** A buffer of a compressed batch begins with the length that it unpacks to; a negative one says that it is not compressed. */
const PREFIX_BYTES = 8;
const PIECE_BYTES = 256 * 1024;
const ALIGNED_BYTES = 8;

/** A buffer of a compressed batch, as it stands in the file. */
export interface StoredBuffer {
  readonly at: number;
  readonly storedBytes: number;
  readonly unpackedBytes: number;
  readonly isPlain: boolean;
}

/** @throws AppError DATA_MALFORMED for buffers that are not in the body */
export async function storedBuffers(body: Body, buffers: readonly BufferRegion[]): Promise<StoredBuffer[]> {
  const stored: StoredBuffer[] = [];
  for (const { offset, length } of buffers) {
    if (length === 0) {
      stored.push({ at: 0, storedBytes: 0, unpackedBytes: 0, isPlain: true });
      continue;
    }
    const isInside = offset >= 0 && length >= PREFIX_BYTES && offset + length <= body.sizeBytes;
    if (!isInside) throw damaged(body.bytes.name, body.at, 'a compressed buffer is not where it should be');
    const at = body.at + offset;
    const unpacked = Number((await body.bytes.read(at, PREFIX_BYTES)).readBigInt64LE());
    const storedBytes = length - PREFIX_BYTES;
    const isPlain = unpacked < 0;
    stored.push({
      at: at + PREFIX_BYTES,
      storedBytes,
      unpackedBytes: isPlain ? storedBytes : unpacked,
      isPlain,
    });
  }
  return stored;
}

/**
 * Write buffers to a file one after the other, as they are without compression; a piece of one is in memory.
 *
 * @returns where each stands in the file
 * @throws AppError DATA_MALFORMED for a buffer that unpacks to another length than it says; DISK_FULL
 */
export async function unpackBuffers(
  { bytes }: Body,
  buffers: readonly StoredBuffer[],
  compression: CompressionType,
  destination: string,
  signal: AbortSignal | undefined,
): Promise<BufferRegion[]> {
  const file = await fs.promises.open(destination, 'w');
  let at = 0;
  try {
    const regions: BufferRegion[] = [];
    for (const buffer of buffers) {
      at = Math.ceil(at / ALIGNED_BYTES) * ALIGNED_BYTES;
      regions.push(new BufferRegion(at, buffer.unpackedBytes));
      const end = at + buffer.unpackedBytes;
      const sink = async (pieces: AsyncIterable<Buffer>) => {
        for await (const piece of pieces) {
          signal?.throwIfAborted();
          if (at + piece.length > end) throw otherLength(bytes, buffer);
          await writeAll(file, piece, at, bytes.name);
          at += piece.length;
        }
      };
      if (buffer.storedBytes > 0) await unpackBuffer(bytes, buffer, compression, sink);
      if (at !== end) throw otherLength(bytes, buffer);
    }
    return regions;
  } finally {
    await file.close();
  }
}

async function unpackBuffer(
  bytes: FileBytes,
  buffer: StoredBuffer,
  compression: CompressionType,
  sink: (pieces: AsyncIterable<Buffer>) => Promise<void>,
): Promise<void> {
  const { at, storedBytes } = buffer;
  if (buffer.isPlain) await sink(piecesOf(bytes, buffer));
  else if (compression === CompressionType.ZSTD) {
    await pipeline(piecesOf(bytes, buffer), createZstdDecompress({ chunkSize: PIECE_BYTES }), sink);
  } else {
    let taken = 0;
    const take = (length: number): Promise<Buffer> => {
      if (taken + length > storedBytes) throw new Error('the LZ4 frame ends early');
      taken += length;
      return bytes.read(at + taken - length, length);
    };
    await sink(lz4Pieces(take));
  }
}

async function* piecesOf(bytes: FileBytes, { at, storedBytes }: StoredBuffer): AsyncGenerator<Buffer> {
  for (let done = 0; done < storedBytes; done += PIECE_BYTES) {
    yield await bytes.read(at + done, Math.min(PIECE_BYTES, storedBytes - done));
  }
}

async function writeAll(
  file: fs.promises.FileHandle,
  piece: Buffer,
  at: number,
  name: string,
): Promise<void> {
  try {
    for (let done = 0; done < piece.length; ) {
      done += (await file.write(piece, done, piece.length - done, at + done)).bytesWritten;
    }
  } catch (error) {
    throw fromSystemError(error, name);
  }
}

const otherLength = (bytes: FileBytes, { at }: StoredBuffer) =>
  damaged(bytes.name, at, 'a compressed buffer unpacks to another length than it says');
