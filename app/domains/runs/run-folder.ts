import fs from 'node:fs';
import path from 'node:path';
import { fromSystemError } from '../../kernel/app-error.ts';
import { writeFileDurably } from '../../kernel/durable-file.ts';

/** Make a run's folder and put the files that its job reads into it, durably. */
export async function prepareRunFolder(
  folder: string,
  files: Readonly<Record<string, unknown>>,
): Promise<void> {
  try {
    await fs.promises.mkdir(path.join(folder, 'journal'), { recursive: true, mode: 0o700 });
    await fs.promises.mkdir(path.join(folder, 'outputs'), { recursive: true, mode: 0o700 });
    for (const [name, content] of Object.entries(files)) {
      await writeFileDurably(path.join(folder, name), `${JSON.stringify(content, null, 2)}\n`);
    }
  } catch (error) {
    throw fromSystemError(error, folder);
  }
}

/** What tells of a run's former end, and would be taken for the end of the next start. */
export async function clearEnd(folder: string): Promise<void> {
  for (const name of ['exit.json', 'process.json', 'cancel'])
    await fs.promises.rm(path.join(folder, name), { force: true });
}

/** Tell the program, whatever runs it, to go on from its checkpoint. */
export async function markResumed(folder: string): Promise<void> {
  for (const name of ['spec.json', 'launch.json']) {
    const file = path.join(folder, name);
    const text = await fs.promises.readFile(file, 'utf8').catch(() => null);
    if (text === null) continue;
    await writeFileDurably(file, `${JSON.stringify({ ...JSON.parse(text), resume: true }, null, 2)}\n`);
  }
}

/**
 * A slice of a log as text. A negative offset counts from the end. Bytes that are not UTF-8 become U+FFFD; a
 * character cut by the slice's end is left for the next slice.
 */
export async function readLog(filePath: string, offset: number, limit: number) {
  const file = await fs.promises.open(filePath, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw fromSystemError(error, filePath);
  });
  if (!file) return { text: '', offset: 0, nextOffset: 0, sizeBytes: 0 };
  try {
    const { size } = await file.stat();
    const start = Math.min(size, offset < 0 ? Math.max(0, size + offset) : offset);
    const buffer = Buffer.alloc(Math.min(limit, size - start));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, start);
    const whole = start + bytesRead < size ? endOfCharacter(buffer.subarray(0, bytesRead)) : bytesRead;
    return {
      text: buffer.toString('utf8', 0, whole),
      offset: start,
      nextOffset: start + whole,
      sizeBytes: size,
    };
  } finally {
    await file.close();
  }
}

/** Length of the longest part that does not end inside a UTF-8 character (at most three bytes are held back). */
function endOfCharacter(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if ((byte & 0xc0) === 0x80) continue;
    const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return needs > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}
