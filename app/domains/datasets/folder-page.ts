import type { FolderPage } from '../../contract/datasets.contract.ts';
import type { Digest } from '../../contract/ids.ts';
import type { DataStore, FolderRequest } from '../../kernel/ports/data-store.ts';
import { toVersionFile } from './manifest-files.ts';

/** A part of what lies in a folder of a version. People leave out the slash at its end. @throws AppError NOT_FOUND */
export async function folderPage(
  store: Pick<DataStore, 'listFolder'>,
  manifest: Digest,
  request: FolderRequest,
): Promise<FolderPage> {
  const inner = request.folder.replace(/\/+$/, '');
  const folder = inner === '' ? '' : `${inner}/`;
  const { entries, ...whole } = await store.listFolder(manifest, { ...request, folder });
  return {
    ...whole,
    entries: entries.map((entry) =>
      entry.kind === 'file'
        ? {
            kind: 'file',
            name: entry.file.path.slice(folder.length),
            file: toVersionFile(entry.file),
          }
        : { ...entry, name: entry.path.slice(folder.length, -1) },
    ),
  };
}
