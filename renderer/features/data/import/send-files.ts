import { uploadFile } from '../../../client/upload.ts';

/** Sends files to the core one after another and gives the ids under which they lie there. */
export async function sendFiles(
  files: readonly File[],
  signal: AbortSignal,
  onSent: (bytes: number) => void,
): Promise<Awaited<ReturnType<typeof uploadFile>>[]> {
  const uploads: Awaited<ReturnType<typeof uploadFile>>[] = [];
  let before = 0;
  for (const file of files) {
    const at = before;
    uploads.push(await uploadFile(file, { signal, onProgress: (bytes) => onSent(at + bytes) }));
    before += file.size;
  }
  return uploads;
}
