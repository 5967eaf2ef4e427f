import type { DataStore } from '../../../app/kernel/ports/data-store.ts';
import type { ContentReader } from '../contents/content-reader.ts';
import type { ManifestView } from './manifest-view.ts';

type Comparison = Awaited<ReturnType<DataStore['compare']>>;

/** What differs, by places in the two manifests: so many can be held, and a page of them be read. */
interface Differences {
  /** Places in `before`. */
  readonly removed: readonly number[];
  /** Places in `after`. */
  readonly added: readonly number[];
  readonly changed: readonly Pair[];
  readonly renamed: readonly Pair[];
  readonly sharedBytes: number;
}

/** A file that only one of the two has. */
interface Placed {
  readonly at: number;
  readonly digest: string;
}

/** A place in `before` and one in `after`. */
type Pair = readonly [number, number];

/** The last comparison of a manifest: who scrolls through it asks for it page by page. */
const last = new WeakMap<ManifestView, { readonly before: ManifestView; readonly found: Differences }>();

/** What differs between two manifests; each list is cut to the page, counts are whole. */
export function compareManifests(
  contents: ContentReader,
  before: ManifestView,
  after: ManifestView,
  { offset, limit }: { readonly offset: number; readonly limit: number },
): Comparison {
  const known = last.get(after);
  const found = known?.before === before ? known.found : findDifferences(contents, before, after);
  last.set(after, { before, found });
  const { added, removed, changed, renamed, sharedBytes } = found;
  const cut = <Each>(list: readonly Each[]) => list.slice(offset, offset + limit);
  const pair = ([old, now]: Pair) => ({ before: before.file(old), after: after.file(now) });
  return {
    counts: {
      added: added.length,
      removed: removed.length,
      changed: changed.length,
      renamed: renamed.length,
    },
    added: cut(added).map((at) => after.file(at)),
    removed: cut(removed).map((at) => before.file(at)),
    changed: cut(changed).map(pair),
    renamed: cut(renamed).map(pair),
    sharedBytes,
  };
}

function findDifferences(contents: ContentReader, before: ManifestView, after: ManifestView): Differences {
  const gone: Placed[] = [];
  const came: Placed[] = [];
  const changed: Pair[] = [];
  let [old, now] = [0, 0];
  while (old < before.total || now < after.total) {
    const oldFile = old < before.total ? before.file(old) : undefined;
    const nowFile = now < after.total ? after.file(now) : undefined;
    if (!nowFile || (oldFile && oldFile.path < nowFile.path)) {
      gone.push({ at: old++, digest: oldFile!.digest });
    } else if (!oldFile || nowFile.path < oldFile.path) came.push({ at: now++, digest: nowFile.digest });
    else {
      if (oldFile.digest !== nowFile.digest || oldFile.mode !== nowFile.mode) changed.push([old, now]);
      old++;
      now++;
    }
  }
  const { renamed, added, removed } = findRenamed(gone, came);
  return { added, removed, changed, renamed, sharedBytes: sharedBytes(contents, before, after) };
}

/** A file that went and one of equal content that came are one that was renamed. */
function findRenamed(
  gone: readonly Placed[],
  came: readonly Placed[],
): Pick<Differences, 'renamed' | 'added' | 'removed'> {
  const byContent = new Map<string, number[]>();
  for (const { at, digest } of gone) {
    const same = byContent.get(digest);
    if (same) same.push(at);
    else byContent.set(digest, [at]);
  }
  // Taken from the end, the first in the order of paths comes first.
  for (const same of byContent.values()) same.reverse();
  const renamed: Pair[] = [];
  const taken = new Set<number>();
  const added: number[] = [];
  for (const { at, digest } of came) {
    const old = byContent.get(digest)?.pop();
    if (old === undefined) added.push(at);
    else {
      renamed.push([old, at]);
      taken.add(old);
    }
  }
  return { renamed, added, removed: gone.map(({ at }) => at).filter((at) => !taken.has(at)) };
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
