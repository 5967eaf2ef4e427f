import { isUtf8 } from 'node:buffer';
import fs from 'node:fs';
import { malformed } from './malformed.ts';

const CHUNK_BYTES = 1 << 20;
const LONGEST_CHARACTER_BYTES = 4;
const NEWLINE = 0x0a;

export interface TextSource {
  readonly path: string;
  /** What messages call it. */
  readonly name: string;
}

/**
 * The bytes of a text file in pieces of about 1 MiB, known to be UTF-8 and free of NUL; a byte order mark is left
 * out. A piece ends at a character, maybe inside a line, and is gone when the next is asked for: one buffer serves all.
 *
 * @throws AppError DATA_MALFORMED naming the line where other bytes stand, and what they may be
 */
export async function* textChunks(source: TextSource, signal: AbortSignal): AsyncGenerator<Buffer> {
  const file = await fs.promises.open(source.path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(LONGEST_CHARACTER_BYTES + CHUNK_BYTES);
    let line = 1;
    /** Bytes at the buffer's beginning that are part of a character. */
    let carried = 0;
    let first = true;
    while (true) {
      signal.throwIfAborted();
      const { bytesRead } = await file.read(buffer, carried, CHUNK_BYTES);
      let text: Buffer = buffer.subarray(0, carried + bytesRead);
      if (first) text = withoutMark(text, source.name);
      first = false;
      if (bytesRead === 0) {
        if (carried > 0) throw notUtf8(source.name, line);
        return;
      }
      const whole = text.length - openCharacter(text);
      const checked = text.subarray(0, whole);
      refuseNul(checked, source.name, line);
      if (!isUtf8(checked)) throw notUtf8(source.name, line + linesBeforeBadText(checked));
      line += countNewlines(checked, checked.length);
      if (checked.length > 0) yield checked;
      carried = text.copy(buffer, 0, whole);
    }
  } finally {
    await file.close();
  }
}

function withoutMark(bytes: Buffer, name: string): Buffer {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) throw utf16(name);
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

function refuseNul(bytes: Buffer, name: string, line: number): void {
  const at = bytes.indexOf(0);
  if (at < 0) return;
  // Text of European languages in UTF-16 has a NUL in every second byte.
  const around = bytes.subarray(0, 64);
  if (line === 1 && around.filter((byte) => byte === 0).length >= around.length / 3) throw utf16(name);
  throw malformed(
    name,
    line + countNewlines(bytes, at),
    'a NUL byte, which text does not have; this looks like a binary file',
    'Export the table as CSV, JSON lines or Parquet and import that.',
  );
}

function utf16(name: string) {
  return malformed(
    name,
    1,
    'the text is encoded as UTF-16, and only UTF-8 is read',
    'Save the file as UTF-8 ("CSV UTF-8" in a spreadsheet), or convert it with `iconv -f UTF-16 -t UTF-8`.',
  );
}

function notUtf8(name: string, line: number) {
  return malformed(
    name,
    line,
    'bytes that are not UTF-8 text',
    'Save the file as UTF-8 ("CSV UTF-8" in a spreadsheet), or convert it, for example with `iconv -f WINDOWS-1252 -t UTF-8`.',
  );
}

/** How many bytes at the end begin a character that the next piece completes: 0 to 3. */
function openCharacter(text: Buffer): number {
  for (let back = 1; back <= Math.min(3, text.length); back++) {
    const byte = text[text.length - back]!;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
  }
  return 0;
}

function linesBeforeBadText(text: Buffer): number {
  let lines = 0;
  let start = 0;
  while (true) {
    const end = text.indexOf(NEWLINE, start);
    if (end < 0 || !isUtf8(text.subarray(start, end))) return lines;
    lines += 1;
    start = end + 1;
  }
}

function countNewlines(text: Buffer, end: number): number {
  let lines = 0;
  for (let at = text.indexOf(NEWLINE); at >= 0 && at < end; at = text.indexOf(NEWLINE, at + 1)) lines += 1;
  return lines;
}
