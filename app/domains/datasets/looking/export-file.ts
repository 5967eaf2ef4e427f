import fs from 'node:fs';
import path from 'node:path';
import { AppError, fromSystemError } from '../../../kernel/app-error.ts';
import { syncFolder } from '../../../kernel/durable-file.ts';
import { newId } from '../../../kernel/new-id.ts';

/**
 * Look at where a file is to be exported to.
 *
 * @param workspace its folder, which is no place for exports
 * @throws AppError INVALID_INPUT for a path that is relative or in the workspace, PATH_NOT_FOUND without a folder, ALREADY_EXISTS
 */
export async function checkExportPath(file: string, overwrite: boolean, workspace: string): Promise<void> {
  const details = { path: file };
  if (!path.isAbsolute(file)) {
    throw new AppError('INVALID_INPUT', `"${file}" is not an absolute path.`, { details });
  }
  let folder: string;
  try {
    folder = await fs.promises.realpath(path.dirname(file));
  } catch (error) {
    throw fromSystemError(error, path.dirname(file));
  }
  const home = await fs.promises.realpath(workspace);
  if (folder === home || folder.startsWith(`${home}${path.sep}`)) {
    throw new AppError('INVALID_INPUT', `${file} lies in the workspace, which keeps its own files only.`, {
      nextStep: 'Export to a folder outside the workspace.',
      details,
    });
  }
  const there = await fs.promises.lstat(file).catch(() => null);
  if (there && (!overwrite || !there.isFile())) {
    throw new AppError('ALREADY_EXISTS', `There is already something at ${file}.`, {
      nextStep: there.isFile()
        ? 'Choose another path, or allow it to be overwritten.'
        : 'Choose another path.',
      details,
    });
  }
}

/** Write beside the path and take the name only when all is there: whoever sees the file sees the whole of it. */
export async function writeBeside<T>(file: string, write: (temporary: string) => Promise<T>): Promise<T> {
  const folder = path.dirname(file);
  const temporary = path.join(folder, `.${path.basename(file)}.${newId<string>()}.part`);
  try {
    const written = await write(temporary);
    await fs.promises.rename(temporary, file);
    await syncFolder(folder);
    return written;
  } catch (error) {
    throw fromSystemError(error, file);
  } finally {
    await fs.promises.rm(temporary, { force: true });
  }
}
