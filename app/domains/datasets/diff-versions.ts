import type { DatasetVersion, VersionDiff } from '../../contract/datasets.contract.ts';
import type { DataStore, ManifestFile } from '../../kernel/ports/data-store.ts';
import { toVersionFile } from './manifest-files.ts';

/** Which files differ between two versions; each of the four lists is cut to the page, counts are whole. */
export async function diffVersions(
  store: Pick<DataStore, 'compare'>,
  before: DatasetVersion,
  after: DatasetVersion,
  page: { readonly offset: number; readonly limit: number },
): Promise<VersionDiff> {
  const found = await store.compare(before.digest, after.digest, page);
  const pair = ({ before: one, after: other }: { before: ManifestFile; after: ManifestFile }) => ({
    before: toVersionFile(one),
    after: toVersionFile(other),
  });
  return {
    before,
    after,
    counts: found.counts,
    added: found.added.map(toVersionFile),
    removed: found.removed.map(toVersionFile),
    changed: found.changed.map(pair),
    renamed: found.renamed.map(pair),
    sharedBytes: found.sharedBytes,
  };
}
