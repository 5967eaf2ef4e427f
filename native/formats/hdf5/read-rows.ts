import type { Dataset } from 'h5wasm';
import { damaged } from '../files/damaged.ts';

/**
 * Rows [start, start + count) of a data set, as the library gives them.
 *
 * @param label what messages call the data set
 * @throws AppError DATA_MALFORMED
 */
export function readRows(dataset: Dataset, start: number, count: number, label: string): unknown {
  const trailing = (dataset.shape ?? []).slice(1).map((): [] => []);
  try {
    return dataset.slice([[start, start + count], ...trailing]);
  } catch (error) {
    throw damaged(label, null, `rows ${start} to ${start + count - 1} cannot be read (${reasonOf(error)})`);
  }
}

/** The last words of the library's report are the reason. */
const reasonOf = (error: unknown): string =>
  /\(\): (.*)\n?/.exec((error as Error).message.split(/#\d+: /).at(-1) ?? '')?.[1]?.trim() ??
  'the file is damaged';
