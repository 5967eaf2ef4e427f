import type { IncomingMessage } from 'node:http';
import { ProtocolError } from './protocol-error.ts';

/** Bytes of request bodies that the whole server holds at once; beyond it clients are told to come back. */
const MOST_HELD_BYTES = 512 * 1024 * 1024;

/** Reads bodies within a limit for each and one for all of them together. */
export class BodyReader {
  readonly #limitBytes: number;
  #heldBytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** @throws ProtocolError 413 above the limit, 415 for a compressed body, 503 while too much is held, 400 if cut off */
  async read(request: IncomingMessage): Promise<Buffer> {
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') {
      throw new ProtocolError(
        415,
        `Content-Encoding "${encoding}" is not supported; send the body uncompressed.`,
      );
    }
    if (Number(request.headers['content-length'] ?? 0) > this.#limitBytes) throw this.#tooLarge();
    const chunks: Buffer[] = [];
    let bytes = 0;
    try {
      // Leaving the loop must not destroy the connection: the refusal goes out on it.
      for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        bytes += chunk.byteLength;
        this.#heldBytes += chunk.byteLength;
        if (bytes > this.#limitBytes) throw this.#tooLarge();
        if (this.#heldBytes > MOST_HELD_BYTES) {
          throw new ProtocolError(503, 'The server holds too many large requests. Try again in a moment.');
        }
        chunks.push(chunk);
      }
    } catch (error) {
      throw error instanceof ProtocolError
        ? error
        : new ProtocolError(400, 'The body ended before it was complete.');
    } finally {
      this.#heldBytes -= bytes;
    }
    return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
  }

  #tooLarge(): ProtocolError {
    const limit =
      this.#limitBytes >= 1_048_576 ? `${this.#limitBytes / 1_048_576} MiB` : `${this.#limitBytes} bytes`;
    return new ProtocolError(
      413,
      `The body is larger than ${limit}, the most that one request may have. Send fewer rows at once.`,
    );
  }
}
