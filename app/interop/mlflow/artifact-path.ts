import { inside } from '../../kernel/workspace-folders.ts';
import { invalid } from './mlflow-error.ts';

/** A path of artifacts that stays where it belongs; '' is the root. @throws MlflowError */
export function safePath(path: string): string {
  const trimmed = path.replace(/\/+$/, '');
  if (trimmed === '') return '';
  try {
    inside('/', trimmed);
  } catch {
    throw invalid('Invalid path');
  }
  return trimmed;
}

/** The path below the root of all artifacts that a URI means, or null where the files are not with Lathe. */
export function pathOfUri(uri: string): string | null {
  const match = /^mlflow-artifacts:\/(?:\/[^/]*\/)?(.*)$/.exec(uri);
  return match ? match[1]!.replace(/^\/+|\/+$/g, '') : null;
}

export const joinPath = (...parts: readonly string[]): string =>
  parts.filter((part) => part !== '').join('/');
