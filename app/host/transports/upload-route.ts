import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError, fromSystemError } from '../../kernel/app-error.ts';
import { sendJson } from './answers.ts';
import { type BodyLimits, readBody } from './request-body.ts';

/** Takes the bytes of a file as they come and keeps them until an import asks for them by id. */
export interface Uploads {
  receive(
    name: string,
    body: AsyncIterable<Uint8Array>,
    limitBytes: number,
  ): Promise<{ readonly id: string; readonly name: string; readonly sizeBytes: number }>;
}

/** `PUT /api/v1/uploads?name=…`: 201 with `{ id, name, sizeBytes }` once the file is on disk. */
export async function receiveUpload(
  request: IncomingMessage,
  response: ServerResponse,
  query: URLSearchParams,
  uploads: Uploads,
  limits: BodyLimits,
): Promise<void> {
  const name = fileName(query.get('name'));
  try {
    const received = await uploads.receive(name, readBody(request, response, limits), limits.bytes);
    sendJson(response, 201, { id: received.id, name: received.name, sizeBytes: received.sizeBytes });
  } catch (error) {
    throw fromSystemError(error, name);
  }
}

/** A name and never a path: what would lead to another folder is refused. */
function fileName(name: string | null): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  const isName = name !== null && /^[^/\\\u0000-\u001f\u007f]{1,255}$/.test(name) && !/^\.{1,2}$/.test(name);
  if (isName) return name;
  throw new AppError('INVALID_INPUT', `"${name ?? ''}" is not the name of a file.`, {
    nextStep: 'Give the file\'s name without its folders, for example "?name=digits.csv".',
    details: { field: 'name', value: name },
  });
}
