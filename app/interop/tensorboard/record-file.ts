import type { FileHandle } from 'node:fs/promises';
import { maskedCrc } from './masked-crc.ts';

const HEADER_BYTES = 12;
const FOOTER_BYTES = 4;
const READ_BYTES = 1 << 20;
/** A longer record holds no scalar that anybody wants; it is passed over without being loaded. */
export const LONGEST_RECORD_BYTES = 64 << 20;

/** A record, or the reason why there is none at this place. `end` is the byte after it, where reading may go on. */
export type RecordOrFault =
  | { readonly kind: 'record'; readonly payload: Uint8Array; readonly end: number }
  | { readonly kind: 'skipped'; readonly sizeBytes: number; readonly end: number }
  | { readonly kind: 'damaged'; readonly at: number };

/**
 * The records of a TFRecord file from a byte on: length (8 bytes), its checksum, the payload, its checksum. It ends before a record that is
 * not whole yet: the program is still writing it. A length whose checksum does not fit ends it too, since nobody knows where the
 * next record begins; a payload whose checksum does not fit is passed over.
 */
export async function* readRecords(
  file: FileHandle,
  offset: number,
  signal: AbortSignal,
): AsyncGenerator<RecordOrFault> {
  let buffer = Buffer.alloc(0);
  /** Place of the buffer's first byte in the file. */
  let base = offset;
  let at = 0;

  async function fill(wanted: number): Promise<boolean> {
    if (buffer.length - at >= wanted) return true;
    const { size } = await file.stat();
    // Asked before anything is allocated: a length may claim more than there is.
    if (size - (base + at) < wanted) return false;
    const rest = buffer.subarray(at);
    const next = Buffer.allocUnsafe(Math.min(Math.max(wanted, READ_BYTES), size - (base + at)));
    rest.copy(next);
    let filled = rest.length;
    while (filled < next.length) {
      const { bytesRead } = await file.read(next, filled, next.length - filled, base + at + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    base += at;
    at = 0;
    buffer = next.subarray(0, filled);
    return filled >= wanted;
  }

  while (true) {
    signal.throwIfAborted();
    if (!(await fill(HEADER_BYTES))) return;
    const start = base + at;
    const header = buffer.subarray(at, at + HEADER_BYTES);
    if (maskedCrc(header.subarray(0, 8)) !== header.readUInt32LE(8)) {
      yield { kind: 'damaged', at: start };
      return;
    }
    const length = Number(header.readBigUInt64LE(0));
    const whole = HEADER_BYTES + length + FOOTER_BYTES;
    if (!Number.isSafeInteger(whole)) return;
    if (length > LONGEST_RECORD_BYTES) {
      if ((await file.stat()).size - start < whole) return;
      buffer = Buffer.alloc(0);
      base = start + whole;
      at = 0;
      yield { kind: 'skipped', sizeBytes: length, end: base };
      continue;
    }
    if (!(await fill(whole))) return;
    const payload = buffer.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length);
    const fits = maskedCrc(payload) === buffer.readUInt32LE(at + HEADER_BYTES + length);
    at += whole;
    yield fits
      ? { kind: 'record', payload, end: base + at }
      : { kind: 'skipped', sizeBytes: length, end: base + at };
  }
}

/** A payload as it stands in a file. */
export function frameRecord(payload: Uint8Array): Buffer {
  const framed = Buffer.alloc(HEADER_BYTES + payload.length + FOOTER_BYTES);
  framed.writeBigUInt64LE(BigInt(payload.length), 0);
  framed.writeUInt32LE(maskedCrc(framed.subarray(0, 8)), 8);
  framed.set(payload, HEADER_BYTES);
  framed.writeUInt32LE(maskedCrc(payload), HEADER_BYTES + payload.length);
  return framed;
}
