import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '../../kernel/app-error.ts';

export interface BodyLimits {
  readonly bytes: number;
  /** How long the sender may be silent. */
  readonly idleMs: number;
}

/**
 * The body of a request as it comes. TOO_LARGE past the limit (by its announced length already), INTERRUPTED when the
 * sender is silent too long; a sender that goes away ends it with an AbortError.
 */
export async function* readBody(
  request: IncomingMessage,
  response: ServerResponse,
  limits: BodyLimits,
): AsyncGenerator<Uint8Array, void, void> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > limits.bytes) throw tooLarge(limits.bytes);
  if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue();
  let received = 0;
  let isSilent = false;
  const timer = setTimeout(() => {
    isSilent = true;
    request.destroy();
  }, limits.idleMs);
  try {
    // Refusing the rest must leave the connection open for the answer that says so.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
      timer.refresh();
      received += chunk.byteLength;
      if (received > limits.bytes) throw tooLarge(limits.bytes);
      yield chunk;
      timer.refresh();
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    if (isSilent) {
      throw new AppError('INTERRUPTED', `Nothing came for ${limits.idleMs} ms.`, { cause: error });
    }
    throw new DOMException('The sender went away.', 'AbortError');
  } finally {
    clearTimeout(timer);
  }
}

/** The whole body as JSON, or undefined where there is none. INVALID_INPUT for another type or for bad JSON. */
export async function readJson(
  request: IncomingMessage,
  response: ServerResponse,
  limits: BodyLimits,
): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of readBody(request, response, limits)) chunks.push(chunk);
  if (chunks.length === 0) return undefined;
  const type = request.headers['content-type'] ?? '';
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    throw new AppError('INVALID_INPUT', `A body of type "${type}" is not read here.`, {
      nextStep: 'Send JSON with "Content-Type: application/json".',
      details: { contentType: type },
    });
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (error) {
    throw new AppError('INVALID_INPUT', `The body is not JSON: ${(error as Error).message}.`, {
      nextStep: 'Send the JSON that /api/v1/openapi.json describes.',
      cause: error,
    });
  }
}

function tooLarge(limitBytes: number): AppError {
  return new AppError('TOO_LARGE', `The body is larger than ${limitBytes} bytes.`, {
    details: { limitBytes },
  });
}
