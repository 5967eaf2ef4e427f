import fs from 'node:fs';
import type { Digest } from '../../../app/contract/ids.ts';
import { writeFileDurably } from '../../../app/kernel/durable-file.ts';
import { memoryPath } from '../sources/memory-file.ts';

/** What is being written into a folder. */
interface UnfinishedCheckout {
  readonly manifest: Digest;
  readonly prefix: string;
}

/**
 * Notes, durably, what is about to be written into an empty folder, so that the same checkout may go on there after it was interrupted.
 * Where the workspace's disk takes no note, nothing but this comfort is lost: data must come out of a workspace whose disk is full.
 *
 * @param notes the folder of the notes
 * @param folder the real path of where files are written
 */
export async function noteUnfinished(
  notes: string,
  folder: string,
  { manifest, prefix }: UnfinishedCheckout,
): Promise<void> {
  try {
    fs.mkdirSync(notes, { recursive: true, mode: 0o700 });
    await writeFileDurably(notePath(notes, folder), JSON.stringify({ manifest, prefix }));
  } catch {
    forgetUnfinished(notes, folder);
  }
}

/** Whether just this was being written into the folder when it was interrupted. */
export function isUnfinished(
  notes: string,
  folder: string,
  { manifest, prefix }: UnfinishedCheckout,
): boolean {
  try {
    const text = fs.readFileSync(notePath(notes, folder), 'utf8');
    return text === JSON.stringify({ manifest, prefix });
  } catch {
    return false;
  }
}

/** All of it is there, or something else is. */
export function forgetUnfinished(notes: string, folder: string): void {
  fs.rmSync(notePath(notes, folder), { force: true });
}

function notePath(notes: string, folder: string): string {
  return `${memoryPath(notes, folder)}.unfinished`;
}
