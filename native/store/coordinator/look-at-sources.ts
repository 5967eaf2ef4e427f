import path from 'node:path';
import type { Pool } from '../pool/pool.ts';
import type { LookSettings } from '../pool/pool-messages.ts';
import { type SharedControl, setWaiting } from '../pool/session-control.ts';
import { SectionWriter, sectionStarts } from '../sources/entry-section.ts';
import type { FolderToLookAt, Seen } from '../sources/look-at-folders.ts';
import type { NameFilter } from '../sources/name-filter.ts';
import { SourceMemory } from '../sources/source-memory.ts';
import type { CheckedSource } from './check-sources.ts';

export interface Sight {
  /** Each holds sections one after another. */
  readonly buffers: Buffer[];
  files: number;
  bytes: number;
  changedFiles: number;
  changedBytes: number;
}

/** List all that the sources hold, on all threads. `seen` grows meanwhile. */
export async function lookAtSources(
  pool: Pool,
  call: number,
  sources: readonly CheckedSource[],
  filter: NameFilter | null,
  settings: LookSettings,
  control: SharedControl,
  seen: Sight,
): Promise<void> {
  lookAtSingleFiles(sources, filter, settings, seen);
  const frontier: FolderToLookAt[] = sources.flatMap(({ stat }, source) =>
    stat.isDirectory() ? [{ source, path: '' }] : [],
  );
  await new Promise<void>((resolve, reject) => {
    let working = 0;
    let failed = false;
    const next = () => {
      while (!failed && frontier.length > 0 && working < pool.size) {
        // Half of what is left for each thread: the others find something when they are done.
        const share = Math.ceil(frontier.length / (2 * (pool.size - working)));
        const folders = frontier.splice(-share);
        working++;
        pool
          .run({ kind: 'look', call, settings, folders }, control)
          .then(take, (error: unknown) => {
            if (!failed) stopAll(error);
          })
          .finally(() => {
            working--;
            setWaiting(control, pool.size - working);
            if (working === 0 && (failed || frontier.length === 0)) settle();
            else next();
          });
      }
      setWaiting(control, pool.size - working);
      if (working === 0 && frontier.length === 0) settle();
    };
    let fault: unknown;
    const stopAll = (error: unknown) => {
      failed = true;
      fault = error;
    };
    const settle = () => (failed ? reject(fault) : resolve());
    const take = (part: Seen) => {
      seen.buffers.push(Buffer.from(part.sections.buffer));
      seen.files += part.files;
      seen.bytes += part.bytes;
      seen.changedFiles += part.changedFiles;
      seen.changedBytes += part.changedBytes;
      for (const folder of part.folders) frontier.push(folder);
    };
    next();
  });
}

/** Sources that are files themselves were looked at when they were checked. */
function lookAtSingleFiles(
  sources: readonly CheckedSource[],
  filter: NameFilter | null,
  { memory }: LookSettings,
  seen: Sight,
): void {
  const remembered = memory && new SourceMemory(memory.bytes, memory.lookedAtMs);
  const writer = new SectionWriter();
  sources.forEach(({ name, stat }, source) => {
    if (!stat.isFile() || (filter && !filter.takesFile(name))) return;
    const key = path.posix.basename(name);
    const known = remembered?.folder(source, '')?.file(key, stat);
    const { size, mtimeMs, ctimeMs, ino, mode } = stat;
    writer.begin({ source, isSingleFile: true, path: '' });
    writer.file(
      key,
      { sizeBytes: size, mtimeMs, ctimeMs, ino },
      (mode & 0o100) !== 0,
      known?.digest ?? null,
      known?.isSame,
    );
    writer.end();
    seen.files++;
    seen.bytes += size;
    if (!known?.isSame) {
      seen.changedFiles++;
      seen.changedBytes += size;
    }
  });
  if (writer.sizeBytes > 0) seen.buffers.push(Buffer.from(writer.take().buffer));
}

/** Every section that was seen. */
export function* allSections(seen: Sight): Generator<{ readonly buffer: Buffer; readonly at: number }> {
  for (const buffer of seen.buffers) for (const at of sectionStarts(buffer)) yield { buffer, at };
}
