import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Digest } from '../../app/contract/ids.ts';
import type {
  DataStore,
  ManifestFile,
  StoredTree,
  StoreTreeRequest,
} from '../../app/kernel/ports/data-store.ts';
import { createDataStore } from '../../native/store/data-store.ts';

/** A data store in a temporary folder, with a folder for sources beside it. */
export interface TestStore {
  readonly store: DataStore;
  readonly folder: string;
  readonly workspace: string;
  readonly packs: string;
  /** An absolute path for a source or a checkout. */
  path(name: string): string;
  /** Write files below a folder; names may have folders. Their times are old enough to be trusted. */
  write(name: string, files: Readonly<Record<string, string | Uint8Array>>): string;
  /** Take a folder in, at the root of the version, without remembering it. */
  take(folder: string, request?: Partial<StoreTreeRequest>): Promise<StoredTree>;
  files(manifest: Digest): Promise<readonly ManifestFile[]>;
  /** The whole of a content. */
  bytes(content: Digest): Promise<Buffer>;
  /** The same workspace opened anew, as after the process had ended. */
  reopen(): Promise<TestStore>;
  remove(): Promise<void>;
}

export function testStore(
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-store-')),
  threads = 2,
): TestStore {
  const workspace = path.join(folder, 'workspace');
  const objects = path.join(workspace, 'objects');
  fs.mkdirSync(objects, { recursive: true });
  const folders = { root: workspace, objects, cache: path.join(workspace, 'cache') };
  const store = createDataStore({ folders, threads });
  const at = (name: string) => path.join(folder, name);
  return {
    store,
    folder,
    workspace,
    packs: path.join(objects, 'packs'),
    path: at,
    write(name, files) {
      for (const [file, content] of Object.entries(files)) {
        const filePath = path.join(at(name), file);
        fs.mkdirSync(path.dirname(filePath), { recursive: true });
        fs.writeFileSync(filePath, content);
      }
      return at(name);
    },
    take: (source, request) =>
      store.storeTree({ sources: [{ path: source, name: '' }], memory: null, rehash: false, ...request }),
    files: async (manifest) => (await store.list(manifest, { offset: 0, limit: 1_000_000 })).files,
    bytes: async (content) => Buffer.from(await store.read(content, 0, await store.size(content))),
    async reopen() {
      await store.close();
      return testStore(folder);
    },
    async remove() {
      await store.close();
      makeWritable(folder);
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Bytes that look random and are the same each time; they do not compress. */
export function noise(sizeBytes: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(sizeBytes);
  let state = seed | 1;
  for (let at = 0; at < sizeBytes; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = state;
  }
  return bytes;
}

/** A table of so many rows. */
export function csv(rows: number, seed = 1): string {
  const random = noise(rows * 4, seed);
  const lines = Array.from(
    { length: rows },
    (_, row) => `${row},name ${row % 97},${random.readUInt32LE(row * 4)},${row * 7}`,
  );
  return `id,name,value,more\n${lines.join('\n')}\n`;
}

/** All regular files below a folder, by their relative path. */
export function filesBelow(folder: string): Record<string, Buffer> {
  const files: Record<string, Buffer> = {};
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const filePath = path.join(entry.parentPath, entry.name);
    files[path.relative(folder, filePath)] = fs.readFileSync(filePath);
  }
  return files;
}

function makeWritable(folder: string): void {
  fs.chmodSync(folder, 0o700);
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) makeWritable(path.join(folder, entry.name));
  }
}
