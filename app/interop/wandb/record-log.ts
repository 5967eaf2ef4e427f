import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { AppError } from '../../kernel/app-error.ts';

const BLOCK_BYTES = 32_768;
const FILE_HEADER_BYTES = 7;
const FRAGMENT_HEADER_BYTES = 7;
/** No record that is read here is longer; a longer one is passed over. */
const LONGEST_RECORD_BYTES = 64 << 20;

/** Kinds of fragment: a record that crosses blocks comes in several. */
const FULL = 1;
const FIRST = 2;
const MIDDLE = 3;
const LAST = 4;

export type LogRecord =
  | { readonly kind: 'record'; readonly payload: Uint8Array; readonly end: number }
  /** Something was passed over; reading went on at the next block. */
  | { readonly kind: 'damaged'; readonly at: number };

/** Whether a file begins as the logs of W&B do: `:W&B`, a magic number and version 0. */
export async function isRecordLog(file: FileHandle): Promise<boolean> {
  const header = Buffer.alloc(FILE_HEADER_BYTES);
  const { bytesRead } = await file.read(header, 0, header.length, 0);
  return (
    bytesRead === FILE_HEADER_BYTES &&
    header.toString('latin1', 0, 4) === ':W&B' &&
    header.readUInt16LE(4) === 0xbee1 &&
    header[6] === 0
  );
}

/**
 * Records of a W&B log from a byte on: LevelDB's log format (blocks of 32 KiB; each fragment has checksum, length and kind) with a plain
 * CRC-32 over kind and data. It ends before a record that is not whole yet. A damaged fragment costs the rest of its block, unless
 * that is the file's last: then it ends, since the block may still be in the making.
 *
 * @param offset 0 or the `end` of a record
 * @throws AppError DATA_MALFORMED if it is no such file
 */
export async function* readLog(
  file: FileHandle,
  offset: number,
  signal: AbortSignal,
): AsyncGenerator<LogRecord> {
  if (!(await isRecordLog(file))) {
    throw new AppError('DATA_MALFORMED', 'The file does not begin as a log of W&B does.');
  }
  let at = Math.max(offset, FILE_HEADER_BYTES);
  let block = Buffer.alloc(0);
  let blockStart = -1;
  let parts: Uint8Array[] | null = null;
  let partsBytes = 0;

  while (true) {
    signal.throwIfAborted();
    const start = Math.floor(at / BLOCK_BYTES) * BLOCK_BYTES;
    if (start !== blockStart) {
      const fresh = Buffer.alloc(BLOCK_BYTES);
      const { bytesRead } = await file.read(fresh, 0, BLOCK_BYTES, start);
      block = fresh.subarray(0, bytesRead);
      blockStart = start;
    }
    const within = at - start;
    // The last bytes of a block that hold no header are padding.
    if (BLOCK_BYTES - within < FRAGMENT_HEADER_BYTES) {
      at = start + BLOCK_BYTES;
      continue;
    }
    if (block.length - within < FRAGMENT_HEADER_BYTES) return;
    const length = block.readUInt16LE(within + 4);
    const kind = block[within + 6]!;
    const dataStart = within + FRAGMENT_HEADER_BYTES;
    const fitsBlock = dataStart + length <= BLOCK_BYTES;
    if (fitsBlock && dataStart + length > block.length) return;
    const data = block.subarray(dataStart, dataStart + length);
    const whole =
      fitsBlock &&
      kind >= FULL &&
      kind <= LAST &&
      crc32(data, crc32(Buffer.of(kind))) === block.readUInt32LE(within);
    if (!whole) {
      yield { kind: 'damaged', at };
      if (block.length < BLOCK_BYTES) return;
      at = start + BLOCK_BYTES;
      parts = null;
      continue;
    }
    at += FRAGMENT_HEADER_BYTES + length;
    if (kind === FULL || kind === FIRST) {
      parts = [];
      partsBytes = 0;
    }
    // The rest of a record whose beginning was damaged.
    if (!parts) continue;
    partsBytes += length;
    if (partsBytes <= LONGEST_RECORD_BYTES) parts.push(Buffer.from(data));
    if (kind === FULL || kind === LAST) {
      const tooLong: boolean = partsBytes > LONGEST_RECORD_BYTES;
      yield tooLong ? { kind: 'damaged', at } : { kind: 'record', payload: Buffer.concat(parts), end: at };
      parts = null;
    } else if (kind === MIDDLE && partsBytes > LONGEST_RECORD_BYTES) parts = [];
  }
}
