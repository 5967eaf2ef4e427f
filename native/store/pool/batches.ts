import { MAX_BATCH_FILES, MAX_BATCHED_FILE_BYTES, SLOT_BYTES } from './content-storer.ts';
import type { Pool } from './pool.ts';
import type { FilesToRead, FileToRead } from './pool-messages.ts';

/** Jobs in flight for each thread: one in work, one waiting. */
const JOBS_PER_THREAD = 2;
const DIGEST_BYTES = 32;

/** Enough jobs at a time to keep a pool busy; the first fault stops the rest, and is thrown once none is in work. */
export async function inFlight<Item>(
  pool: Pool,
  items: Iterator<Item>,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  let failed = false;
  let fault: unknown;
  const runner = async () => {
    while (!failed) {
      const { value, done } = items.next();
      if (done) return;
      await work(value);
    }
  };
  await Promise.all(
    Array.from({ length: pool.size * JOBS_PER_THREAD }, () =>
      runner().catch((error: unknown) => {
        if (!failed) fault = error;
        failed = true;
      }),
    ),
  );
  if (failed) throw fault;
}

/** Files together, in their order, as many as one job takes; a large one alone. */
export function* batches<File extends FileToRead>(files: Iterable<File>): Generator<File[]> {
  let batch: File[] = [];
  let bytes = 0;
  for (const file of files) {
    if (file.sizeBytes > MAX_BATCHED_FILE_BYTES) {
      yield [file];
      continue;
    }
    if (batch.length > 0 && (bytes + file.sizeBytes > SLOT_BYTES || batch.length >= MAX_BATCH_FILES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(file);
    bytes += file.sizeBytes;
  }
  if (batch.length > 0) yield batch;
}

/** Files as a job takes them. */
export function filesToRead(files: readonly FileToRead[]): FilesToRead {
  const facts = new Float64Array(files.length * 4);
  for (const [at, { sizeBytes, mtimeMs, ctimeMs, ino }] of files.entries()) {
    facts.set([sizeBytes, mtimeMs, ctimeMs, ino], at * 4);
  }
  const similar = new Uint8Array(files.length * DIGEST_BYTES);
  for (const [at, file] of files.entries()) if (file.similar) similar.set(file.similar, at * DIGEST_BYTES);
  return { paths: files.map(({ path }) => path).join('\0'), facts, similar };
}
