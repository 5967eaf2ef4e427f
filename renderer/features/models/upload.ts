import { uploadId } from '../../../app/contract/ids.ts';

/**
 * Sends a file's bytes to the core over HTTP and gives the id under which they lie there.
 *
 * @throws Error with the core's own words where it refuses
 */
export async function uploadFile(file: File) {
  const answer = await fetch(`/api/v1/uploads?name=${encodeURIComponent(file.name)}`, {
    method: 'PUT',
    body: file,
  });
  const body: unknown = await answer.json().catch(() => null);
  if (!answer.ok) {
    const message = (body as { message?: string } | null)?.message;
    throw new Error(message ?? `${file.name} could not be sent: ${answer.status} ${answer.statusText}.`);
  }
  return uploadId.parse((body as { id?: unknown } | null)?.id);
}
