import type { ContentReader } from '../contents/content-reader.ts';
import { ManifestView } from './manifest-view.ts';

/**
 * The contents that a manifest names, a slice at a time.
 *
 * @throws AppError STORAGE_FAILED if the manifest is missing or damaged, DATA_MALFORMED if it is none
 */
export function* filesOf(
  contents: ContentReader,
  manifest: Buffer,
): Generator<{ readonly digest: Buffer; readonly sizeBytes: number }> {
  for (const { digest, sizeBytes } of ManifestView.open(contents, manifest).files()) {
    yield { digest: Buffer.from(digest, 'hex'), sizeBytes };
  }
}
