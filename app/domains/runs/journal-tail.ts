import fs from 'node:fs';
import path from 'node:path';
import { type JournalRecord, journalRecord } from '../../kernel/ports/run-journal.ts';

/** How much of a journal is taken at once: bounds both the memory and the length of one transaction. */
const SLICE_BYTES = 1024 * 1024;
/** A line longer than this is no journal line; it is passed over, or a runaway program could stop the reading. */
const LONGEST_LINE_BYTES = 1024 * 1024 - 1;

export interface JournalSlice {
  readonly records: readonly JournalRecord[];
  /** Where the next read begins. */
  readonly nextOffset: number;
  /** Whether more complete lines may follow. */
  readonly more: boolean;
  /** Complete lines that were not journal records, with their text (shortened). */
  readonly rejected: readonly string[];
}

/** Names of the writers that have a journal in a run's folder. */
export async function journalWriters(runFolder: string): Promise<string[]> {
  const names = await fs.promises.readdir(path.join(runFolder, 'journal')).catch(() => []);
  return names
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => name.slice(0, -'.jsonl'.length))
    .sort();
}

/**
 * Read complete lines of one writer's journal from an offset. A torn last line stays for the next read.
 *
 * @param offset bytes already taken
 */
export async function readJournal(runFolder: string, writer: string, offset: number): Promise<JournalSlice> {
  const file = await fs.promises.open(
    path.join(runFolder, 'journal', `${writer}.jsonl`),
    fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0),
  );
  try {
    const buffer = Buffer.allocUnsafe(SLICE_BYTES);
    const { bytesRead } = await file.read(buffer, 0, SLICE_BYTES, offset);
    const text = buffer.subarray(0, bytesRead);
    const end = text.lastIndexOf(0x0a) + 1;
    if (end === 0) {
      const hopeless = bytesRead > LONGEST_LINE_BYTES;
      return {
        records: [],
        nextOffset: hopeless ? offset + bytesRead : offset,
        more: hopeless,
        rejected: hopeless ? ['a line longer than 1 MiB'] : [],
      };
    }
    const records: JournalRecord[] = [];
    const rejected: string[] = [];
    for (const line of text.toString('utf8', 0, end).split('\n')) {
      if (line === '') continue;
      const record = parseLine(line);
      if (record) records.push(record);
      else rejected.push(line.slice(0, 200));
    }
    return { records, nextOffset: offset + end, more: bytesRead === SLICE_BYTES, rejected };
  } finally {
    await file.close();
  }
}

function parseLine(line: string): JournalRecord | null {
  try {
    return journalRecord.parse(JSON.parse(line));
  } catch {
    return null;
  }
}
