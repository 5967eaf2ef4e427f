import { type Digest, digest as digestOf } from '../../../app/contract/ids.ts';
import { AppError } from '../../../app/kernel/app-error.ts';
import type { ManifestFile } from '../../../app/kernel/ports/data-store.ts';

/**
 * A manifest is JSON: `{"files":[…]}` with files sorted by path in code units, their keys in one order, no spaces; the mode stands only
 * where it is not the usual one. Equal content so has equal bytes and one digest, whatever the store does with them.
 */
export const MANIFEST_HEAD = '{"files":[';
export const MANIFEST_TAIL = ']}';
const EXECUTABLE = 0o755;
const USUAL = 0o644;

/** One file. @param hex its digest, 64 hex digits */
export function encodeFile(path: string, sizeBytes: number, hex: string, executable: boolean): string {
  const mode = executable ? `,"mode":${EXECUTABLE}` : '';
  return `{"path":${JSON.stringify(path)},"sizeBytes":${sizeBytes},"digest":"${hex}"${mode}}`;
}

/**
 * Files from the text between the brackets.
 *
 * @throws AppError DATA_MALFORMED if it is no part of a manifest
 */
export function decodeFiles(text: string): ManifestFile[] {
  try {
    const files = JSON.parse(`[${text}]`) as {
      path: string;
      sizeBytes: number;
      digest: string;
      mode?: number;
    }[];
    return files.map(({ path, sizeBytes, digest, mode }) => ({
      path: checkedPath(path),
      sizeBytes,
      digest: checkedDigest(digest),
      mode: mode === EXECUTABLE ? EXECUTABLE : USUAL,
    }));
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError(
      'DATA_MALFORMED',
      `This is not the list of a version's files: ${(error as Error).message}.`,
      {
        cause: error,
      },
    );
  }
}

/** Files checked and in a manifest's order. @throws AppError INVALID_INPUT, naming the path */
export function sortedFiles(files: readonly ManifestFile[]): ManifestFile[] {
  const sorted = files.map((file) => ({ ...file, path: checkedPath(file.path) }));
  sorted.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  for (let at = 1; at < sorted.length; at++) {
    if (sorted[at - 1]!.path === sorted[at]!.path) {
      throw new AppError('INVALID_INPUT', `Two of the files are called "${sorted[at]!.path}".`, {
        details: { path: sorted[at]!.path },
      });
    }
  }
  return sorted;
}

/** A path inside a version. @throws AppError INVALID_INPUT if it could lead anywhere else */
export function checkedPath(path: string): string {
  const good =
    typeof path === 'string' &&
    path.length > 0 &&
    !/[\0\\]/.test(path) &&
    !/^[a-zA-Z]:/.test(path) &&
    !path.split('/').some((part) => part === '' || part === '.' || part === '..');
  if (good) return path;
  throw new AppError('INVALID_INPUT', `"${path}" is not a path inside a version.`, {
    nextStep: 'Use a relative path with "/" and without "..".',
    details: { path: String(path) },
  });
}

function checkedDigest(digest: string): Digest {
  const parsed = digestOf.safeParse(digest);
  if (parsed.success) return parsed.data;
  throw new AppError('DATA_MALFORMED', `"${digest}" is not a digest.`);
}
