import type { Digest } from '../../../app/contract/ids.ts';
import type { DataStore, ManifestFile, StoredTree } from '../../../app/kernel/ports/data-store.ts';
import { missingContent } from '../contents/store-faults.ts';
import { compareManifests } from '../manifest/compare-manifests.ts';
import { listFolder } from '../manifest/list-folder.ts';
import { encodeFile, sortedFiles } from '../manifest/manifest-code.ts';
import type { SharedControl } from '../pool/session-control.ts';
import { checkout } from './checkout.ts';
import type { Keeper } from './keeper.ts';
import { storeTree, type TellProgress } from './store-tree.ts';
import { writeManifest } from './write-manifest.ts';

/** What a call gets besides its parameters. */
export interface CallContext {
  readonly keeper: Keeper;
  /** Tells calls apart. */
  readonly call: number;
  readonly control: SharedControl;
  readonly progress: (tell: TellProgress) => void;
}

type Name = Exclude<keyof DataStore, 'close'>;
/** The calls of the port, with the context in place of the options. */
export type Calls = {
  readonly [Call in Name]: (
    context: CallContext,
    ...parameters: Parameters<DataStore[Call]>
  ) => Awaited<ReturnType<DataStore[Call]>> | ReturnType<DataStore[Call]>;
};

/** Those that another thread does are missing here; `forget` tells that it has changed packs. */
export const calls: Omit<Calls, 'verify' | 'repair' | 'usage' | 'collect'> & {
  readonly forget: (context: CallContext, lost: boolean) => Promise<void>;
  readonly rest: (context: CallContext) => Promise<void>;
} = {
  storeTree: ({ keeper, call, control, progress }, request) =>
    storeTree(keeper, call, request, control, progress),
  put: ({ keeper, control }, bytes) =>
    keeper.storing(control, async () =>
      keeper.digest(await keeper.pool.run({ kind: 'storeBytes', bytes, similar: null }, control)),
    ),
  putManifest: ({ keeper, control }, files) => putManifest(keeper, control, files),
  has: ({ keeper }, content) => keeper.contents.locate(bytesOf(content)) !== null,
  size: ({ keeper }, content) => keeper.contents.size(bytesOf(content)),
  read: ({ keeper }, content, offset, length) => keeper.contents.bytes(bytesOf(content), offset, length),
  list({ keeper }, manifest, { offset, limit, prefix = '' }) {
    const view = keeper.manifest(manifest);
    const { from, to } = view.withPrefix(prefix);
    const start = Math.min(from + Math.max(0, offset), to);
    return { files: [...view.files(start, Math.min(start + limit, to))], total: to - from };
  },
  listFolder: ({ keeper }, manifest, request) => listFolder(keeper.manifest(manifest), request),
  compare: ({ keeper }, before, after, page) =>
    compareManifests(keeper.contents, keeper.manifest(before), keeper.manifest(after), page),
  checkout: (context, request) => checkout(context, request),
  forget: ({ keeper }, lost) => keeper.forget(lost),
  rest: async ({ keeper }) => {
    await keeper.pool.rest();
  },
};

async function putManifest(
  keeper: Keeper,
  control: SharedControl,
  files: readonly ManifestFile[],
): Promise<StoredTree> {
  const sorted = sortedFiles(files);
  for (const { digest } of sorted) {
    if (!keeper.contents.locate(bytesOf(digest))) throw missingContent(digest);
  }
  let addedBytes = 0;
  const manifest = await keeper.storing(control, async (session) => {
    const digest = await writeManifest(keeper, control, null, (visit) => {
      for (const { path, sizeBytes, digest, mode } of sorted) {
        visit(encodeFile(path, sizeBytes, digest, (mode & 0o100) !== 0));
      }
    });
    addedBytes = session.addedBytes;
    return digest;
  });
  const sizeBytes = sorted.reduce((sum, file) => sum + file.sizeBytes, 0);
  return { manifest, files: sorted.length, sizeBytes, readBytes: 0, addedBytes };
}

function bytesOf(digest: Digest): Buffer {
  return Buffer.from(digest, 'hex');
}
