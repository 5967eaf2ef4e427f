import { openRegular } from './source-files.ts';

const READ_BYTES = 1 << 20;
/** A line without end is no line. */
const LONGEST_LINE_BYTES = 4 << 20;

/**
 * The lines of a text file from a byte on, with the byte after each. What stands after the last line break is not whole yet and is given
 * only where `last` says so. Reading ends at a line of more than 4 MiB.
 */
export async function* readLines(
  filePath: string,
  offset: number,
  signal: AbortSignal,
  last = false,
): AsyncGenerator<{ readonly text: string; readonly end: number }> {
  const file = await openRegular(filePath);
  try {
    const buffer = Buffer.alloc(READ_BYTES);
    let rest: Buffer = Buffer.alloc(0);
    let at = offset;
    while (true) {
      signal.throwIfAborted();
      const { bytesRead } = await file.read(buffer, 0, buffer.length, at + rest.length);
      if (bytesRead === 0) break;
      const chunk: Buffer = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
      let start = 0;
      for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
        at += end + 1 - start;
        yield { text: withoutReturn(chunk.toString('utf8', start, end)), end: at };
        start = end + 1;
      }
      rest = Buffer.from(chunk.subarray(start));
      if (rest.length > LONGEST_LINE_BYTES) return;
    }
    if (last && rest.length > 0) yield { text: withoutReturn(rest.toString('utf8')), end: at + rest.length };
  } finally {
    await file.close();
  }
}

const withoutReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line);
