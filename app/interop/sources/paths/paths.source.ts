import path from 'node:path';
import type { DataSource } from '../../../kernel/ports/data-source.ts';
import { absolutePath, lookAt, refuseTwins, refuseWorkspace } from './local-path.ts';

/**
 * Files and folders of this machine. One folder's files are named from the folder on; of several paths each keeps its own last part.
 *
 * @param workspace refused as a source
 */
export function createPathsSource({ workspace }: { readonly workspace: string }): DataSource<'paths'> {
  return {
    kind: 'paths',
    async check({ paths }) {
      for (const given of paths) await lookAt(absolutePath(given));
    },
    async fetch({ paths }) {
      const sources = [...new Set(paths.map(absolutePath))].sort();
      const trees = [];
      for (const source of sources) {
        const kind = await lookAt(source);
        if (kind === 'folder') refuseWorkspace(source, workspace);
        const isWhole = kind === 'folder' && sources.length === 1;
        trees.push({ path: source, name: isWhole ? '' : path.basename(source) });
      }
      refuseTwins(trees);
      const [first = ''] = sources;
      return {
        trees,
        description: sources.length === 1 ? first : `${first} and ${sources.length - 1} more`,
        memory: `paths:${JSON.stringify(sources)}`,
      };
    },
  };
}
