import type { ImportedArtifact } from '../../kernel/ports/run-transfer.ts';
import { fileMark, statOf, walkFiles } from '../source-files.ts';

const FILES_PER_BATCH = 64;

/** The files of an artifact folder that are new or changed, in batches; `marks` is kept up to date. */
export async function* artifactFiles(
  root: string,
  prefix: string,
  marks: Record<string, string>,
  signal: AbortSignal,
): AsyncGenerator<ImportedArtifact[]> {
  if (!(await statOf(root))?.isDirectory()) return;
  let artifacts: ImportedArtifact[] = [];
  for await (const { path: filePath, folder, name } of walkFiles(root, () => true, signal)) {
    const relative = `${prefix}${folder === '' ? name : `${folder}/${name}`}`;
    const mark = await fileMark(filePath);
    if (marks[relative] === mark) continue;
    marks[relative] = mark;
    artifacts.push({ path: relative, content: { from: 'file', filePath } });
    if (artifacts.length === FILES_PER_BATCH) {
      yield artifacts;
      artifacts = [];
    }
  }
  if (artifacts.length > 0) yield artifacts;
}
