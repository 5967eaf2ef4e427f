/** What a client did wrong, or what it must wait for: an HTTP status and the text of the protocol's error object. */
export class ProtocolError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'ProtocolError';
    this.status = status;
  }
}

/** A request that does not fit the model's signature or the protocol. */
export function badRequest(message: string): ProtocolError {
  return new ProtocolError(400, message);
}
