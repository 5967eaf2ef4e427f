import fs from 'node:fs';
import path from 'node:path';
import type { RunId } from '../../../contract/ids.ts';
import type { FoundInLogs } from '../../../contract/runs.contract.ts';
import { fromSystemError } from '../../../kernel/app-error.ts';
import type { WorkspaceFolders } from '../../../kernel/workspace-folders.ts';
import { LineMatcher } from './line-matcher.ts';

export interface LogQuery {
  /** Looked for as it is; no pattern, because one written badly could keep the core busy for ever. */
  readonly text: string;
  readonly caseSensitive: boolean;
  readonly streams: readonly ('stdout' | 'stderr')[];
  /** Matches after which the search ends. */
  readonly limit: number;
}

/** Short enough that other work gets its turn between two of them. */
const BYTES_AT_A_TIME = 262_144;

/**
 * Lines of the logs of runs that have a text in them, run by run in the order given. The files are read through, a quarter of a
 * megabyte at a time: an index of logs would have to be kept while programs print, would take about as much room as the logs, and
 * hardly anybody looks for words in logs more often than programs write them.
 *
 * @yields matches as they are found, and last what was looked through
 */
export async function* searchLogs(
  folders: WorkspaceFolders,
  runs: Iterable<{ readonly id: RunId; readonly name: string }>,
  { text, caseSensitive, streams, limit }: LogQuery,
  signal: AbortSignal | undefined,
): AsyncGenerator<FoundInLogs, void, void> {
  let [matches, searched, sizeBytes] = [0, 0, 0];
  for (const { id, name } of runs) {
    let hasLogs = false;
    for (const stream of streams) {
      const matcher = new LineMatcher(text, caseSensitive);
      for await (const bytes of chunks(path.join(folders.run(id), `${stream}.log`), signal)) {
        hasLogs = true;
        sizeBytes += bytes.length;
        for (const match of matcher.push(bytes)) {
          yield { kind: 'match', runId: id, runName: name, stream, ...match };
          if (++matches >= limit) {
            yield { kind: 'end', runs: searched + 1, sizeBytes, limited: true };
            return;
          }
        }
      }
      for (const match of matcher.end()) {
        yield { kind: 'match', runId: id, runName: name, stream, ...match };
        matches += 1;
      }
    }
    searched += Number(hasLogs);
  }
  yield { kind: 'end', runs: searched, sizeBytes, limited: false };
}

/** The bytes of a file; none where it is not there. The buffer is used again for the next. */
async function* chunks(
  filePath: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer, void, void> {
  const file = await fs.promises.open(filePath, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw fromSystemError(error, filePath);
  });
  if (!file) return;
  try {
    const buffer = Buffer.allocUnsafe(BYTES_AT_A_TIME);
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead } = await file.read(buffer, 0, buffer.length);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
