import { AppError } from '../../../kernel/app-error.ts';
import type { DataSource } from '../../../kernel/ports/data-source.ts';
import { absolutePath, lookAt, refuseWorkspace } from '../paths/local-path.ts';
import { splitGlob } from './split-glob.ts';

/**
 * Files of this machine by a pattern. Everything before the first part with a wildcard is the folder that is read; the names in the version
 * begin below it.
 *
 * @param workspace refused as a source
 */
export function createGlobSource({ workspace }: { readonly workspace: string }): DataSource<'glob'> {
  async function resolved(pattern: string) {
    const { folder, patterns } = splitGlob(absolutePath(pattern));
    if (patterns.length === 0) {
      throw new AppError('INVALID_INPUT', `"${pattern}" has no wildcard.`, {
        nextStep: 'Give a path as it is, or a pattern with *, **, ? or {a,b}.',
        details: { pattern },
      });
    }
    if ((await lookAt(folder)) !== 'folder') {
      throw new AppError('PATH_NOT_FOUND', `${folder} is a file, not a folder.`, {
        details: { path: folder },
      });
    }
    refuseWorkspace(folder, workspace);
    return { folder, patterns };
  }
  return {
    kind: 'glob',
    async check({ pattern }) {
      await resolved(pattern);
    },
    async fetch({ pattern }) {
      const { folder, patterns } = await resolved(pattern);
      return {
        trees: [{ path: folder, name: '' }],
        include: patterns,
        description: absolutePath(pattern),
        memory: `glob:${JSON.stringify([folder, patterns])}`,
      };
    },
  };
}
