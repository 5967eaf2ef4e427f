import fs from 'node:fs';
import path from 'node:path';
import { AppError, fromSystemError } from '../../../app/kernel/app-error.ts';
import type { TreeSource } from '../../../app/kernel/ports/data-store.ts';
import { checkedPath } from '../manifest/manifest-code.ts';
import { notRegular, whatItIs } from '../sources/source-faults.ts';
import type { StorePaths } from '../store-paths.ts';

export interface CheckedSource extends TreeSource {
  readonly stat: fs.Stats;
}

/**
 * Sources that may be taken in.
 *
 * @throws AppError PATH_NOT_FOUND, PATH_UNREADABLE, INVALID_INPUT if one holds the workspace or lies in its objects
 */
export function checkSources(sources: readonly TreeSource[], paths: StorePaths): CheckedSource[] {
  return sources.map(({ path: given, name }) => {
    const stat = look(given);
    if (!stat.isFile() && !stat.isDirectory()) throw notRegular(given, whatItIs(stat));
    if (name !== '' || stat.isFile()) checkedPath(name);
    if (stat.isDirectory()) refuseWorkspace(given, paths);
    return { path: given, name, stat };
  });
}

function look(given: string): fs.Stats {
  try {
    return fs.lstatSync(given);
  } catch (error) {
    throw fromSystemError(error, given);
  }
}

/** Also where links lead around the workspace's name. */
function refuseWorkspace(folder: string, { workspace, objects }: StorePaths): void {
  const real = fs.realpathSync(folder);
  const holds = (outer: string, inner: string) => `${inner}${path.sep}`.startsWith(`${outer}${path.sep}`);
  const realOf = (each: string) => (fs.existsSync(each) ? fs.realpathSync(each) : path.resolve(each));
  if (!holds(real, realOf(workspace)) && !holds(realOf(objects), real)) return;
  throw new AppError('INVALID_INPUT', `${folder} holds the workspace itself, or lies in its store.`, {
    nextStep: 'Import a folder outside of the workspace.',
    details: { path: folder },
  });
}
