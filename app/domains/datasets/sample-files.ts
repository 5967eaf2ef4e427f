import path from 'node:path';
import type { ManifestFile } from '../../kernel/ports/data-store.ts';

export interface FileSample {
  readonly files: readonly ManifestFile[];
  /** Whether these are all. */
  readonly isWhole: boolean;
}

/** More names than these say nothing new of what the files are. */
const MOST_FILES = 8192;
/** Of every ending so many are taken in any case: one description among a million pictures tells what they are. */
const OF_EACH_ENDING = 16;

/** Files that stand for all of a version, in its order: every so many of them, and some of each ending. Memory does not grow with the version. */
export async function sampleFiles(
  pages: AsyncIterable<readonly ManifestFile[]>,
  most = MOST_FILES,
): Promise<FileSample> {
  const byEnding = new Map<string, { readonly index: number; readonly file: ManifestFile }[]>();
  let spread: { readonly index: number; readonly file: ManifestFile }[] = [];
  let stride = 1;
  let index = 0;
  for await (const page of pages) {
    for (const file of page) {
      const ending = path.posix.extname(file.path).toLowerCase();
      const known = byEnding.get(ending);
      if (!known) {
        // A folder of files without any order in their names has an ending for each.
        if (byEnding.size < most) byEnding.set(ending, [{ index, file }]);
      } else if (known.length < OF_EACH_ENDING) known.push({ index, file });
      if (index % stride === 0) spread.push({ index, file });
      if (spread.length > most) {
        stride *= 2;
        spread = spread.filter((one) => one.index % stride === 0);
      }
      index += 1;
    }
  }
  const isWhole = stride === 1;
  const chosen = new Map(spread.map((one) => [one.index, one.file]));
  if (!isWhole) {
    for (const some of byEnding.values()) for (const one of some) chosen.set(one.index, one.file);
  }
  const files = [...chosen].sort(([one], [other]) => one - other).map(([, file]) => file);
  return { files, isWhole };
}
