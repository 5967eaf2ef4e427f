import { AppError } from '../../../kernel/app-error.ts';
import { nearest } from '../../../kernel/nearest.ts';
import type { ObjectStore } from '../../../storage/object-store.ts';
import type { RunRow } from '../runs.repository.ts';
import { type CodeFile, listCode } from './code-manifest.ts';

/** What a screen can show of one file or of the patch. */
const MOST_TEXT_BYTES = 1 << 20;

export interface RunCode {
  readonly files: Pick<CodeFile, 'path' | 'sizeBytes' | 'digest'>[];
  readonly text: string | null;
  readonly diff: string | null;
}

/**
 * The code as it was when a run was made: its files, the text of one of them where it is asked for, and the uncommitted changes.
 *
 * @throws AppError NOT_FOUND if the run has no code or no such file
 */
export async function codeOf(
  objects: ObjectStore,
  { code, name }: Pick<RunRow, 'code' | 'name'>,
  file: string | undefined,
): Promise<RunCode> {
  if (!code)
    throw new AppError('NOT_FOUND', `The run ${name} has no code of its own.`, {
      nextStep: 'Runs of the native engine have none; their parameters say everything.',
    });
  const files = await listCode(objects, code.digest);
  const text = async (digest: CodeFile['digest']) =>
    new TextDecoder().decode(await objects.read(digest, 0, MOST_TEXT_BYTES));
  const wanted = file === undefined ? null : files.find(({ path }) => path === file);
  if (wanted === undefined) {
    const near = nearest(
      file!,
      files.map(({ path }) => path),
    );
    throw new AppError('NOT_FOUND', `The code of ${name} has no file "${file}".`, {
      ...(near && { nextStep: `Did you mean ${near}?` }),
      details: { path: file! },
    });
  }
  return {
    files: files.map(({ path, sizeBytes, digest }) => ({ path, sizeBytes, digest })),
    text: wanted && (await text(wanted.digest)),
    diff: file === undefined && code.git?.diff ? await text(code.git.diff) : null,
  };
}
