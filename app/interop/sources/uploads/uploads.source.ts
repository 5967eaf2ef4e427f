import type { UploadId } from '../../../contract/ids.ts';
import type { DataSource } from '../../../kernel/ports/data-source.ts';
import { lookAt, refuseTwins } from '../paths/local-path.ts';

/** The files that wait for somebody to take them. @throws AppError NOT_FOUND for one that is gone */
export interface WaitingUploads {
  path(id: UploadId): string;
  name(id: UploadId): string;
}

/** Files that a browser sent before. */
export function createUploadsSource(waiting: WaitingUploads): DataSource<'uploads'> {
  const treesOf = (uploads: readonly UploadId[]) => {
    const trees = [...new Set(uploads)].map((id) => ({ path: waiting.path(id), name: waiting.name(id) }));
    refuseTwins(trees);
    return trees;
  };
  return {
    kind: 'uploads',
    async check({ uploads }) {
      for (const tree of treesOf(uploads)) await lookAt(tree.path);
    },
    async fetch({ uploads }) {
      const trees = treesOf(uploads);
      const names = trees.map(({ name }) => name).sort();
      const words =
        names.length > 5 ? `${names.slice(0, 4).join(', ')} and ${names.length - 4} more` : names.join(', ');
      return { trees, description: `Uploaded: ${words}`, memory: null };
    },
  };
}
