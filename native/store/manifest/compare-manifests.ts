import type { DataStore, ManifestFile } from '../../../app/kernel/ports/data-store.ts';
import type { ContentReader } from '../contents/content-reader.ts';
import type { ManifestView } from './manifest-view.ts';

type Comparison = Awaited<ReturnType<DataStore['compare']>>;

/** What differs between two manifests; lists are cut at `limit`, counts are whole. */
export function compareManifests(
  contents: ContentReader,
  before: ManifestView,
  after: ManifestView,
  limit: number,
): Comparison {
  const removed: ManifestFile[] = [];
  const added: ManifestFile[] = [];
  const changed: { before: ManifestFile; after: ManifestFile }[] = [];
  let changedCount = 0;
  for (const [old, now] of paired(before, after)) {
    if (!now) removed.push(old!);
    else if (!old) added.push(now);
    else if (old.digest !== now.digest || old.mode !== now.mode) {
      changedCount++;
      if (changed.length < limit) changed.push({ before: old, after: now });
    }
  }
  const { renamed, rest } = findRenamed(removed, added);
  return {
    counts: {
      added: rest.added.length,
      removed: rest.removed.length,
      changed: changedCount,
      renamed: renamed.length,
    },
    added: rest.added.slice(0, limit),
    removed: rest.removed.slice(0, limit),
    changed,
    renamed: renamed.slice(0, limit),
    sharedBytes: sharedBytes(contents, before, after),
  };
}

/** Files of both, side by side by path. */
function* paired(
  before: ManifestView,
  after: ManifestView,
): Generator<[ManifestFile | undefined, ManifestFile | undefined]> {
  const olds = before.files();
  const news = after.files();
  let old = olds.next().value as ManifestFile | undefined;
  let now = news.next().value as ManifestFile | undefined;
  while (old || now) {
    const takeOld = old !== undefined && (!now || old.path <= now.path);
    const takeNew = now !== undefined && (!old || now.path <= old.path);
    yield [takeOld ? old : undefined, takeNew ? now : undefined];
    if (takeOld) old = olds.next().value as ManifestFile | undefined;
    if (takeNew) now = news.next().value as ManifestFile | undefined;
  }
}

/** A file that went and one of equal content that came are one that was renamed. */
function findRenamed(removed: readonly ManifestFile[], added: readonly ManifestFile[]) {
  const gone = new Map<string, ManifestFile[]>();
  for (const file of removed) {
    const same = gone.get(file.digest);
    if (same) same.push(file);
    else gone.set(file.digest, [file]);
  }
  const renamed: { before: ManifestFile; after: ManifestFile }[] = [];
  const taken = new Set<ManifestFile>();
  const stayAdded = added.filter((after) => {
    const before = gone.get(after.digest)?.shift();
    if (!before) return true;
    renamed.push({ before, after });
    taken.add(before);
    return false;
  });
  return { renamed, rest: { added: stayAdded, removed: removed.filter((file) => !taken.has(file)) } };
}

/** Bytes of `after` that `before` has too, as whole files or chunk by chunk. */
function sharedBytes(contents: ContentReader, before: ManifestView, after: ManifestView): number {
  const had = new Set<string>();
  for (const { digest } of before.files()) had.add(digest);
  let shared = 0;
  const others = new Map<string, { digest: Buffer; times: number }>();
  for (const { digest, sizeBytes } of after.files()) {
    if (had.has(digest)) shared += sizeBytes;
    else {
      const other = others.get(digest);
      if (other) other.times++;
      else others.set(digest, { digest: Buffer.from(digest, 'hex'), times: 1 });
    }
  }
  if (others.size === 0) return shared;
  const chunks = new Set<string>();
  for (const digest of had) {
    for (const chunk of contents.chunks(Buffer.from(digest, 'hex')))
      chunks.add(chunk.digest.toString('latin1'));
  }
  for (const { digest, times } of others.values()) {
    for (const chunk of contents.chunks(digest)) {
      if (chunks.has(chunk.digest.toString('latin1'))) shared += chunk.sizeBytes * times;
    }
  }
  return shared;
}
