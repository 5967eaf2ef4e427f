import type { Digest } from '../../../app/contract/ids.ts';
import type { ManifestView } from '../manifest/manifest-view.ts';
import type { Keeper } from './keeper.ts';

/** Looking a smaller file up would cost more than it saves. */
const MIN_BYTES = 32 * 1024;

/** Finds what a file probably was before in a version. */
export interface PreviousFiles {
  /** @param name inside the version @returns the digest of its content then */
  find(name: string, sizeBytes: number): Buffer | null;
}

/** @param files how many files are stored now: one resembles the only one of before, whatever it is called */
export function previousFiles(
  keeper: Keeper,
  manifest: Digest | null | undefined,
  files: number,
): PreviousFiles | null {
  if (!manifest) return null;
  let view: ManifestView;
  try {
    view = keeper.manifest(manifest);
  } catch {
    // It only would have helped.
    return null;
  }
  return {
    find(name, sizeBytes) {
      if (sizeBytes < MIN_BYTES || view.total === 0) return null;
      const file = files === 1 && view.total === 1 ? view.file(0) : view.find(name);
      return file && Buffer.from(file.digest, 'hex');
    },
  };
}
