import { ORPCError } from '@orpc/client';
import { z } from 'zod';
import { uploadId } from '../../app/contract/ids.ts';

const accepted = z.object({ id: uploadId });
const refused = z.object({ code: z.string(), message: z.string(), data: z.unknown() });

interface UploadOptions {
  readonly onProgress?: (sentBytes: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Send a file's bytes to the core and give the id under which they lie there. An XMLHttpRequest, because fetch does
 * not say how much has been sent. Fails with the core's own error where it refuses, NOT_READY where it is gone.
 */
export function uploadFile(file: File, { onProgress, signal }: UploadOptions = {}) {
  return new Promise<z.infer<typeof uploadId>>((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('PUT', `/api/v1/uploads?name=${encodeURIComponent(file.name)}`);
    request.upload.onprogress = ({ loaded }) => onProgress?.(loaded);
    request.onabort = () => reject(signal?.reason);
    request.onerror = () =>
      reject(
        new ORPCError('NOT_READY', {
          message: `The connection ended while ${file.name} was sent.`,
          data: { nextStep: 'Send it again; what had come before is thrown away by itself.', details: {} },
        }),
      );
    request.onload = () => {
      const body = parsed(request.responseText);
      const answer = accepted.safeParse(body);
      if (request.status < 300 && answer.success) return resolve(answer.data.id);
      const { data: error } = refused.safeParse(body);
      if (error) return reject(new ORPCError(error.code, { message: error.message, data: error.data }));
      reject(new Error(`${file.name} could not be sent: the answer had the status ${request.status}.`));
    };
    signal?.addEventListener('abort', () => request.abort(), { once: true });
    request.send(file);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
