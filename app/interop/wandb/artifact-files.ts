import { createHash } from 'node:crypto';
import path from 'node:path';
import { isAbort } from '../../kernel/app-error.ts';
import type { ImportedArtifact } from '../../kernel/ports/run-transfer.ts';
import { openRegular, pathOf } from '../source-files.ts';
import type { ArtifactEntry, ArtifactVersion } from './artifact-record.ts';

/**
 * The files of an artifact that are on this machine. W&B keeps them outside of the run's folder, so the record names places anywhere; a file
 * is taken only if it has the digest that the record gives it, which nobody can give who does not have the file.
 */
export async function artifactFiles(
  { name, type, files, isListedElsewhere }: ArtifactVersion,
  signal: AbortSignal,
): Promise<{ artifacts: ImportedArtifact[]; notes: string[] }> {
  const artifacts: ImportedArtifact[] = [];
  for (const entry of files) {
    signal.throwIfAborted();
    if (!(await isThere(entry, signal))) continue;
    artifacts.push({
      path: `artifacts/${pathOf(name)}/${pathOf(entry.path)}`,
      ...(type === 'model' && { kind: 'model' }),
      key: name,
      content: { from: 'file', filePath: entry.localPath },
    });
  }
  const missing = files.length - artifacts.length;
  const notes: string[] = [];
  if (missing > 0)
    notes.push(`${missing} of ${files.length} files of the artifact ${name.slice(0, 200)} are not here.`);
  if (isListedElsewhere)
    notes.push(`The artifact ${name.slice(0, 200)} has too many files for its record; they were not taken.`);
  return { artifacts, notes };
}

async function isThere(
  { localPath, digest, sizeBytes }: ArtifactEntry,
  signal: AbortSignal,
): Promise<boolean> {
  if (!path.isAbsolute(localPath)) return false;
  try {
    const file = await openRegular(localPath);
    try {
      if ((await file.stat()).size !== sizeBytes) return false;
      const hash = createHash('md5');
      for await (const bytes of file.createReadStream({ autoClose: false, signal }))
        hash.update(bytes as Buffer);
      return hash.digest('base64') === digest;
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isAbort(error)) throw error;
    return false;
  }
}
