import fs from 'node:fs';
import path from 'node:path';
import ignore from 'ignore';
import type { Digest } from '../../app/contract/ids.ts';
import { AppError } from '../../app/kernel/app-error.ts';
import type {
  DataStore,
  FolderEntry,
  ManifestFile,
  StoredTree,
  StoreRoots,
} from '../../app/kernel/ports/data-store.ts';
import { inside } from '../../app/kernel/workspace-folders.ts';
import { createHashing } from '../../native/hashing/blake3.ts';

export interface MemoryDataStore extends DataStore {
  /** Make a content unreadable, as a damaged disk would. */
  damage(content: Digest): void;
}

/** A data store in memory, for tests that are about what stands on it. It keeps whole contents and remembers no source. */
export function memoryDataStore(): MemoryDataStore {
  const hashing = createHashing();
  const contents = new Map<Digest, Uint8Array>();
  const damaged = new Set<Digest>();

  function keep(bytes: Uint8Array): { digest: Digest; added: number } {
    const digest = hashing.ofBytes(bytes);
    const added = contents.has(digest) ? 0 : bytes.length;
    contents.set(digest, bytes);
    return { digest, added };
  }
  function get(digest: Digest): Uint8Array {
    const bytes = damaged.has(digest) ? undefined : contents.get(digest);
    if (bytes) return bytes;
    throw new AppError('STORAGE_FAILED', `The content ${digest} is missing or damaged.`, {
      details: { digest },
    });
  }
  const decode = (bytes: Uint8Array | undefined): ManifestFile[] =>
    bytes === undefined
      ? []
      : (JSON.parse(new TextDecoder().decode(bytes)) as { files: ManifestFile[] }).files.map((file) => ({
          ...file,
          mode: file.mode ?? 0o644,
        }));
  const filesOf = (manifest: Digest): ManifestFile[] => decode(get(manifest));
  function putManifest(files: readonly ManifestFile[]): StoredTree {
    const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
    const canonical = sorted.map(({ path: name, sizeBytes, digest, mode }) => ({
      path: name,
      sizeBytes,
      digest,
      ...(mode & 0o100 && { mode: 0o755 }),
    }));
    const { digest, added } = keep(new TextEncoder().encode(JSON.stringify({ files: canonical })));
    const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
    return { manifest: digest, files: files.length, sizeBytes, readBytes: 0, addedBytes: added };
  }
  function closure({ manifests, contents: alone }: StoreRoots): Set<Digest> {
    return new Set([
      ...alone,
      ...manifests,
      ...manifests.flatMap((manifest) => decode(contents.get(manifest)).map(({ digest }) => digest)),
    ]);
  }
  const sizeOf = (digests: Iterable<Digest>) =>
    [...digests].reduce((sum, digest) => sum + (contents.get(digest)?.length ?? 0), 0);

  return {
    async storeTree({ sources, include = [], exclude = [] }, { signal, onProgress } = {}) {
      const wanted = ignore().add([...include]);
      const unwanted = ignore().add([...exclude]);
      const files: ManifestFile[] = [];
      let [read, added] = [0, 0];
      const take = (source: string, name: string): void => {
        signal?.throwIfAborted();
        const stat = fs.lstatSync(source);
        if (stat.isDirectory()) {
          for (const entry of fs.readdirSync(source, { encoding: 'buffer' })) {
            const text = entry.toString('utf8');
            if (!Buffer.from(text).equals(entry)) throw unreadable(path.join(source, text));
            take(path.join(source, text), name === '' ? text : `${name}/${text}`);
          }
          return;
        }
        if (!stat.isFile()) throw unreadable(source);
        if ((include.length > 0 && !wanted.ignores(name)) || unwanted.ignores(name)) return;
        const bytes = fs.readFileSync(source);
        const kept = keep(bytes);
        read += bytes.length;
        added += kept.added;
        files.push({ path: name, sizeBytes: bytes.length, digest: kept.digest, mode: stat.mode });
      };
      for (const source of sources) take(source.path, source.name);
      if (files.length === 0) throw new AppError('INVALID_INPUT', 'There are no files.');
      onProgress?.({
        phase: 'storing',
        files: files.length,
        bytes: read,
        totalFiles: files.length,
        totalBytes: read,
      });
      // As the real one: others get their turn before it is done.
      await new Promise(setImmediate);
      signal?.throwIfAborted();
      const stored = putManifest(files);
      return { ...stored, readBytes: read, addedBytes: added + stored.addedBytes };
    },
    put: async (bytes) => keep(bytes).digest,
    putManifest: async (files) => putManifest(files),
    has: async (digest) => contents.has(digest) && !damaged.has(digest),
    size: async (digest) => get(digest).length,
    read: async (digest, offset, length) => get(digest).slice(offset, offset + length),
    async list(manifest, { offset, limit, prefix = '' }) {
      const files = filesOf(manifest).filter((file) => file.path.startsWith(prefix));
      return { files: files.slice(offset, offset + limit), total: files.length };
    },
    async listFolder(manifest, { folder, offset, limit, sort, descending }) {
      const below = filesOf(manifest).filter(({ path }) => path.startsWith(folder));
      if (below.length === 0 && folder !== '')
        throw new AppError('NOT_FOUND', `There is no folder "${folder}".`);
      const folders = new Map<string, { kind: 'folder'; path: string; files: number; sizeBytes: number }>();
      const files: FolderEntry[] = [];
      for (const file of below) {
        const slash = file.path.indexOf('/', folder.length);
        if (slash < 0) {
          files.push({ kind: 'file', file });
          continue;
        }
        const path = file.path.slice(0, slash + 1);
        const known = folders.get(path) ?? { kind: 'folder', path, files: 0, sizeBytes: 0 };
        folders.set(path, { ...known, files: known.files + 1, sizeBytes: known.sizeBytes + file.sizeBytes });
      }
      const sizeOf = (entry: FolderEntry) => (entry.kind === 'file' ? entry.file.sizeBytes : entry.sizeBytes);
      const countOf = (entry: FolderEntry) => (entry.kind === 'file' ? 1 : entry.files);
      const ordered = (entries: readonly FolderEntry[]) => {
        const value = sort === 'size' ? sizeOf : countOf;
        const named = sort === 'name' && descending ? entries.toReversed() : [...entries];
        return sort === 'name' ? named : named.sort((a, b) => (descending ? -1 : 1) * (value(a) - value(b)));
      };
      const entries = [...ordered([...folders.values()]), ...ordered(files)];
      return {
        entries: entries.slice(offset, offset + limit),
        total: entries.length,
        folders: folders.size,
        files: below.length,
        sizeBytes: below.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      };
    },
    async compare(before, after, { offset, limit }) {
      const old = new Map(filesOf(before).map((file) => [file.path, file]));
      const now = new Map(filesOf(after).map((file) => [file.path, file]));
      const removed = [...old.values()].filter((file) => !now.has(file.path));
      const added: ManifestFile[] = [];
      const renamed: { before: ManifestFile; after: ManifestFile }[] = [];
      const changed: { before: ManifestFile; after: ManifestFile }[] = [];
      for (const file of now.values()) {
        const same = old.get(file.path);
        if (same) {
          if (same.digest !== file.digest || same.mode !== file.mode)
            changed.push({ before: same, after: file });
          continue;
        }
        const from = removed.findIndex(({ digest }) => digest === file.digest);
        if (from < 0) added.push(file);
        else renamed.push({ before: removed.splice(from, 1)[0]!, after: file });
      }
      const had = new Set([...old.values()].map(({ digest }) => digest));
      return {
        counts: {
          added: added.length,
          removed: removed.length,
          changed: changed.length,
          renamed: renamed.length,
        },
        added: added.slice(offset, offset + limit),
        removed: removed.slice(offset, offset + limit),
        changed: changed.slice(offset, offset + limit),
        renamed: renamed.slice(offset, offset + limit),
        sharedBytes: [...now.values()].reduce(
          (sum, file) => sum + (had.has(file.digest) ? file.sizeBytes : 0),
          0,
        ),
      };
    },
    async checkout({ manifest, folder, prefix = '', sealed, existing }, { signal, onProgress } = {}) {
      if (existing === 'refuse' && fs.existsSync(folder) && fs.readdirSync(folder).length > 0) {
        throw new AppError('ALREADY_EXISTS', `There is already something at ${folder}.`, {
          details: { path: folder },
        });
      }
      const files = filesOf(manifest).filter((file) => file.path.startsWith(prefix));
      const total = files.reduce((sum, file) => sum + file.sizeBytes, 0);
      fs.mkdirSync(folder, { recursive: true });
      let [written, bytes] = [0, 0];
      for (const file of files) {
        signal?.throwIfAborted();
        const target = inside(folder, file.path);
        fs.mkdirSync(path.dirname(target), { recursive: true });
        fs.rmSync(target, { force: true });
        fs.writeFileSync(target, get(file.digest), { mode: sealed ? 0o444 : file.mode });
        written += 1;
        bytes += file.sizeBytes;
        onProgress?.({
          phase: 'writing',
          files: written,
          bytes,
          totalFiles: files.length,
          totalBytes: total,
        });
        await new Promise(setImmediate);
      }
      signal?.throwIfAborted();
      if (sealed) seal(folder);
      return { written, removed: 0, unchanged: 0, writtenBytes: bytes };
    },
    async verify(roots) {
      const wanted = roots ? closure(roots) : new Set(contents.keys());
      return [...wanted]
        .filter((digest) => damaged.has(digest))
        .map((digest) => ({
          kind: 'object' as const,
          name: digest,
          reason: 'its bytes have another digest',
          contents: [digest],
          repaired: null,
        }));
    },
    repair: async () => [],
    async usage(things) {
      const sets = things.map(closure);
      const needed = new Set(sets.flatMap((set) => [...set]));
      const uses = (digest: Digest) => sets.filter((set) => set.has(digest)).length;
      return {
        things: sets.map((set, index) => ({
          sizeBytes: things[index]!.manifests.flatMap(filesOf).reduce((sum, file) => sum + file.sizeBytes, 0),
          storedBytes: sizeOf(set),
          exclusiveBytes: sizeOf([...set].filter((digest) => uses(digest) === 1)),
        })),
        storedBytes: sizeOf(contents.keys()),
        unreferencedBytes: sizeOf([...contents.keys()].filter((digest) => !needed.has(digest))),
      };
    },
    collect: async () => ({ unreferencedBytes: 0, freedBytes: 0, freedObjects: 0, nextAtMs: null }),
    rest: async () => {},
    close: async () => {},
    damage: (content) => void damaged.add(content),
  };
}

function seal(folder: string): void {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) seal(path.join(folder, entry.name));
  }
  fs.chmodSync(folder, 0o555);
}

function unreadable(source: string): AppError {
  return new AppError('PATH_UNREADABLE', `${source} is not a regular file.`, { details: { path: source } });
}
